"""The report as a page, opened in headless Chromium as a person would."""

import json
import shlex
import time

import pytest
from scenes import PORT, EverythingWrong

EVIL = "<script>alert(1)</script>"

#: Elements whose text has less contrast to what is behind it than WCAG's 4.5 to 1.
CONTRAST = """
const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data; };
const light = (colour) => [0.2126, 0.7152, 0.0722].reduce((sum, share, n) => {
    const part = rgba(colour)[n] / 255;
    return sum + share * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4); }, 0);
const behind = (one) => { for (; one; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor; if (rgba(colour)[3] > 250) return colour; } return 'white'; };
const own = (one) => [...one.childNodes].some((part) => part.nodeType === 3 && part.data.trim());
return [...document.querySelectorAll('body *:not(svg *, script, style, option, title)')]
    .filter((one) => own(one) && one.checkVisibility() && !one.closest('.none, .skip'))
    .map((one) => { const [a, b] = [light(getComputedStyle(one).color), light(behind(one))];
        return [one.tagName, one.className, one.textContent.slice(0, 20), (Math.max(a, b) + .05) / (Math.min(a, b) + .05)]; })
    .filter(([, , , ratio]) => ratio < 4.5);
"""


@pytest.fixture
def audit_page(cli, tmp_path):
    """Audits into a page, and returns its path."""

    def write(*words):
        path = tmp_path / "report.html"
        ran = cli.run("audit", "--out", str(path), *words)
        assert ran.status == 0, ran.err
        return path

    return write


@pytest.fixture
def page(account, audit_page, chromium):
    """The page of an account with everything wrong, open."""
    account.scene = EverythingWrong(account)
    path = audit_page("--rule", "target-*", "--ledger-table", account.ledger().name)
    chromium.open(path)
    return chromium


def shown(page):
    return page.run("return document.querySelectorAll('.finding:not([hidden])').length"
                    " - document.querySelectorAll('.place[hidden] .finding:not([hidden])').length")


def type_in_search(page, text):
    page.run("const q = document.getElementById('query'); q.value = arguments[0];"
             "q.dispatchEvent(new Event('input', {bubbles: true}))", text)


def settled(page, expected):
    deadline = time.monotonic() + 5
    while (count := page.texts("#count")[0]) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    return count


def test_page_asks_for_nothing_and_complains_of_nothing(page):
    requests = page.requests()
    assert len([url for url in requests if not url.startswith("data:")]) == 1 and requests[0].startswith("file://"), requests
    assert page.console() == []


def test_picture_shows_each_fault_at_its_spot_by_colour_shape_and_word(page, account):
    scene = account.scene
    nodes = page.run("""return [...document.querySelectorAll('.place svg .node')].map((node) => ({
        name: node.querySelector('.name').textContent, missing: node.classList.contains('missing'),
        faults: [...node.querySelectorAll('a text')].map((text) => text.textContent),
        shapes: node.querySelectorAll('polygon').length,
        stroke: getComputedStyle(node.querySelector('.box')).stroke,
    }))""")
    at = {node["name"]: node for node in nodes}
    for task in scene.forgotten:
        node = at[f"{task.address}:{PORT}"]
        assert node["missing"] and node["faults"] == ["target-missing"] and node["shapes"] == 2
    assert at[f"{scene.dead.address}:{PORT}"]["faults"] == ["target-stale"]
    assert at[f"{scene.hijacked.address}:{PORT}"]["faults"] == ["target-hijacked"]
    strokes = {at[f"{task.address}:{PORT}"]["stroke"] for task in (scene.dead, scene.hijacked)}
    healthy = next(node for node in nodes if node["name"] == "3 targets" or node["name"] == f"{scene.tasks[0].address}:{PORT}")
    assert len(strokes | {healthy["stroke"]}) == 3
    assert any(name.startswith("TCP :") for name in at), sorted(at)
    headings = page.run("return [...document.querySelector('.place svg .headings').children].map((one) => one.textContent)")
    assert headings == ["Balancer", "Listener", "Target group", "Target", "Task", "Network interface", "Security group"]


def test_fault_in_the_picture_leads_to_its_finding_even_if_a_filter_hides_it(page):
    type_in_search(page, "nothing has this word")
    settled(page, "0 of 6 findings")
    found = page.wait("""const done = arguments[0];
        const link = [...document.querySelectorAll('.place svg a')].find((one) => one.textContent.includes('target-stale'));
        link.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
        location.hash = link.getAttribute('href');
        setTimeout(() => done([document.activeElement.dataset.rule, document.activeElement.checkVisibility()]), 300)""")
    assert found == ["target-stale", True]


def test_search_and_filters_leave_what_fits(page, account):
    total = shown(page)
    assert settled(page, f"all {total} findings") == f"all {total} findings"
    type_in_search(page, account.scene.dead.address)
    assert settled(page, f"1 of {total} findings") == f"1 of {total} findings"
    assert page.texts(".finding .kind code") == ["target-stale"]
    page.run("document.querySelector('[type=reset]').click()")
    settled(page, f"all {total} findings")
    page.run("document.querySelector('[name=severity][value=critical]').click()")
    assert settled(page, f"{total - 1} of {total} findings") == f"{total - 1} of {total} findings"
    assert "target-hijacked" not in page.texts(".finding .kind code")
    page.run("document.querySelector('[type=reset]').click()")
    settled(page, f"all {total} findings")
    page.run("const r = document.getElementById('rule'); r.value = 'target-missing';"
             "r.dispatchEvent(new Event('input', {bubbles: true}))")
    assert settled(page, f"2 of {total} findings") == f"2 of {total} findings"
    assert set(page.texts(".finding .kind code")) == {"target-missing"}
    type_in_search(page, "nothing has this word")
    settled(page, f"0 of {total} findings")
    assert page.texts("#none") == ["No finding matches. Show all findings"]


def test_details_come_when_they_are_asked_for(page, account):
    assert page.run("return document.querySelectorAll('.facts-of').length") == 0
    details = page.wait("""const done = arguments[0];
        const finding = document.querySelector('.finding[data-rule=target-stale]');
        finding.querySelector('summary').click();
        setTimeout(() => done(finding.querySelector('dl').innerText), 200)""")
    assert "what to do" in details and f"{account.scene.dead.address}:{PORT}" in details and "arn:aws:" in details


def test_command_of_a_fix_is_copied_and_can_be_split_by_a_shell(page):
    copied = page.wait("""const done = arguments[0];
        const taken = []; document.execCommand = () => { taken.push(document.activeElement.value); return true; };
        Object.defineProperty(navigator, 'clipboard', {value: {writeText: (text) => { taken.push(text); return Promise.resolve(); }}});
        const finding = document.querySelector('.finding[data-rule=target-stale]');
        finding.querySelector('details > summary').click();
        setTimeout(() => { finding.querySelector('.fix .copy').click(); setTimeout(() => done(taken), 100); }, 200)""")
    assert len(copied) == 1
    words = shlex.split(copied[0])
    assert words[:3] == ["aws", "elbv2", "deregister-targets"] and words[-2] == "--region"


def test_tiles_and_causes_are_filters_and_the_address_remembers_them(page):
    total = shown(page)
    page.run("document.querySelector('.tiles [data-severity=critical]').click()")
    assert settled(page, f"1 of {total} findings") == f"1 of {total} findings"
    assert page.run("return location.hash") == "#severity=critical"
    page.run("document.querySelector('.tiles [data-severity=critical]').click()")
    assert settled(page, f"all {total} findings") == f"all {total} findings"
    page.run("document.querySelector('.cause').click()")
    count = page.run("return document.querySelectorAll('.finding:not([hidden])').length")
    assert 0 < count < total
    page.run("document.querySelector('.finding:not([hidden]) > details > summary').click()")
    page.wait("setTimeout(arguments[0], 200)")
    address = page.run("return location.hash")
    assert "cause=" in address and "open=f-" in address
    page.run("document.querySelector('[type=reset]').click()")
    settled(page, f"all {total} findings")
    page.run("location.hash = arguments[0]", address)
    page.wait("setTimeout(arguments[0], 300)")
    assert page.run("return document.querySelectorAll('.finding:not([hidden])').length") == count
    assert page.run("return document.querySelectorAll('.finding > details[open]').length") == 1


def test_nothing_is_wider_than_a_telephone(page):
    page.run("document.body.style.width = '400px'")
    wide = page.run("""return [...document.querySelectorAll('.top *, .cause, .finding > *, .command pre')]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > 401).map((one) => one.className || one.tagName)""")
    assert wide == []


def test_page_is_usable_by_keyboard_and_told_to_screen_readers(page):
    landmarks = page.run("return ['header', 'search', 'nav', 'main'].map((name) => document.querySelectorAll(`body ${name}`).length > 0)")
    assert all(landmarks)
    unnamed = page.run("""return [...document.querySelectorAll('input, select, button, a[href], svg[role], [role=region], nav')]
        .filter((one) => !(one.getAttribute('aria-label') || one.getAttribute('aria-labelledby') || one.textContent.trim()
            || one.closest('label') || one.labels?.length))
        .map((one) => one.outerHTML)""")
    assert unnamed == []
    assert page.run("return document.getElementById('count').getAttribute('aria-live')") == "polite"
    page.run("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true}))")
    assert page.run("return document.activeElement.id") == "query"


def test_theme_follows_the_system_until_one_is_chosen(page):
    background = "return getComputedStyle(document.body).backgroundColor"
    page.likes("light")
    light = page.run(background)
    page.likes("dark")
    dark = page.run(background)
    assert light != dark
    page.run("const b = document.getElementById('theme'); b.click(); b.click()")
    assert page.texts("#theme") == ["Theme: light"] and page.run(background) == light
    page.run("document.getElementById('theme').click()")
    page.likes("light")


def test_text_has_contrast_in_both_themes(page):
    for theme in ("light", "dark"):
        page.likes(theme)
        weak = page.run(CONTRAST)
        assert weak == [], (theme, weak)
    page.likes("light")


@pytest.mark.parametrize("name", [EVIL, "<script>alert(1)"])
def test_name_that_is_a_script_is_shown_as_text(web, cli, chromium, tmp_path, name):
    evil = web.cluster.service(name, {web.vpc.target_group("evil"): PORT}, family="evil")
    evil.start_task(registered=False)
    cli.run("audit", "--out", "report.html")
    chromium.open(tmp_path / "report.html")
    assert chromium.run("return document.body.innerText.includes(arguments[0])"
                        " || document.body.textContent.includes(arguments[0])", name)
    assert chromium.run("return [...document.scripts].map((one) => one.id || one.textContent.slice(0, 12))") == [
        '"use strict"', "details", '"use strict"']
    assert chromium.console() == []


def test_healthy_account_has_its_pictures_too(web, audit_page, chromium):
    assert web.tasks
    chromium.open(audit_page("--rule", "target-*"))
    assert chromium.texts("h1") == ["Nothing found by the 14 rules asked for"]
    assert set(chromium.texts(".checked .state")) == {"clean"}
    chromium.run("document.querySelector('.others summary').click()")
    assert {"web", "3 targets", "3 tasks"} & set(chromium.texts(".others svg .name"))
    assert chromium.console() == []


def test_five_thousand_findings_open_at_once_and_are_filtered_at_once(account, cli, chromium, tmp_path):
    vpc = account.vpc(subnets=["10.0.0.0/19"])
    cluster = account.cluster("prod")
    for n in range(50):
        service = cluster.service(f"service-{n:02}", {vpc.target_group(f"group-{n:02}"): PORT}, desired=100)
        service.start_tasks(100, registered=False)
    ran = cli.where(GUARD_QUOTA_SHARE="1").run("audit", "--rule", "target-missing", "--out", "report.html", timeout=300)
    assert ran.status == 0 and "5000 high" in ran.err, ran.err
    chromium.open(tmp_path / "report.html")
    times = chromium.run("""const [load] = performance.getEntriesByType('navigation');
        const paint = performance.getEntriesByName('first-contentful-paint')[0];
        return {paint: paint?.startTime, load: load.loadEventEnd, nodes: document.getElementsByTagName('*').length}""")
    filtered = chromium.wait("""const done = arguments[0], q = document.getElementById('query'), from = performance.now();
        new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => done(performance.now() - from))))
            .observe(document.getElementById('count'), {childList: true});
        q.value = 'service-07'; q.dispatchEvent(new Event('input', {bubbles: true}))""")
    size = (tmp_path / "report.html").stat().st_size
    print(json.dumps({**times, "filtered": filtered, "bytes": size}))
    assert chromium.texts("#count") == ["100 of 5000 findings"]
    assert chromium.console() == []
    assert times["load"] > 0 and filtered > 0
