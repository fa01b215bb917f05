"""Headless Chromium, as `apt-get install chromium chromium-driver` brings it."""

import json
import shutil
import subprocess
import tempfile
from contextlib import contextmanager

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
MISSING = None if CHROMIUM and DRIVER else (
    "the page of the report was not opened: Chromium is missing (apt-get install chromium chromium-driver)")


class Browser:
    """A browser with one page open."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, path):
        """Opens a file, as a double click does."""
        self.driver.get_log("browser"), self.driver.get_log("performance")
        self.driver.get(path.as_uri())

    def run(self, script, *arguments):
        """What the body of a function returns in the page."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, script, *arguments):
        """What a function passes to its last argument, once it does."""
        return self.driver.execute_async_script(script, *arguments)

    def texts(self, selector):
        """Texts of the elements that are shown."""
        return self.run("return [...document.querySelectorAll(arguments[0])]"
                        ".filter((one) => one.checkVisibility()).map((one) => one.textContent)", selector)

    def console(self):
        """Everything that was complained of, the security policy's refusals among them."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Addresses of everything that was asked for."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def likes(self, theme):
        """The system is `dark` or `light`."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": theme}]})

    def picture(self, path):
        self.driver.save_screenshot(str(path))


@contextmanager
def browser(width=1440, height=1200):
    """A browser that is gone afterwards."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                         "--disable-background-networking", "--disable-component-update", "--disable-sync",
                         f"--user-data-dir={profile}", f"--window-size={width},{height}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(DRIVER, log_output=subprocess.DEVNULL))
        driver.set_script_timeout(60)
        try:
            yield Browser(driver)
        finally:
            driver.quit()
