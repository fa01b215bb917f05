#!/usr/bin/env python3
"""Writes the tables of variables and outputs in each module's README from the module itself.

    python3 infra/readme.py            writes them
    python3 infra/readme.py --check    tells whether they are current
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BEGIN, END = "<!-- made by `make readme` from the module: begin -->", "<!-- end -->"


def blocks(module, kind):
    """The module's blocks of one kind, as name and top-level attributes. The format is `terraform fmt`'s."""
    for path in sorted(module.glob("*.tf")):
        for name, body in re.findall(rf'^{kind} "(\w+)" {{\n(.*?)^}}', path.read_text(), re.M | re.S):
            yield name, dict(re.findall(r"^  (\w+) += (.*?)(?=^  \w+ +=|^  \w+ {|^$|\Z)", body, re.M | re.S))


def text(value):
    return value.strip().strip('"').replace('\\"', '"').replace("|", "\\|")


def variables(module):
    yield "| variable | meaning | default |"
    yield "|---|---|---|"
    long = []
    for name, attributes in blocks(module, "variable"):
        default = attributes.get("default", "none: it must be given").strip()
        if "object(" in attributes["type"]:
            default = "see below"
            long.append((name, attributes["type"]))
        else:
            default = f"`{default}`"
        yield f"| `{name}` | {text(attributes['description'])} | {default} |"
    for name, shape in long:
        yield ""
        yield f"`{name}`, each part of which may be left out:"
        yield ""
        yield "```hcl"
        yield re.sub(r"^  ", "", shape.strip(), flags=re.M)
        yield "```"


def outputs(module):
    yield "| output | meaning |"
    yield "|---|---|"
    for name, attributes in blocks(module, "output"):
        yield f"| `{name}` | {text(attributes['description'])} |"


def current(module):
    """The README as it should be."""
    readme = (module / "README.md").read_text()
    made = "\n".join(["## Variables", "", *variables(module), "", "## Outputs", "", *outputs(module)])
    before, rest = readme.split(BEGIN)
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{rest.split(END)[1]}"


def main():
    stale = []
    for module in (HERE / "guard", HERE / "example", HERE / "alerts-example"):
        readme = current(module)
        if readme != (module / "README.md").read_text():
            stale.append(module.name)
            if "--check" not in sys.argv:
                (module / "README.md").write_text(readme)
    if stale and "--check" in sys.argv:
        sys.exit(f"not current: README of {', '.join(stale)}; run `make readme`")


if __name__ == "__main__":
    main()
