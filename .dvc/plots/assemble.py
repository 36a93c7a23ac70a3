"""Make page.html, on which `dvc plots` draws without a network: ``make plots-page``.

DVC's own page loads Vega from a server at every opening. This one holds it, as published on npm,
in the releases of the major versions that DVC's page and templates are for.
"""

import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGES = {"vega": "5.33.1", "vega-lite": "5.23.0", "vega-embed": "6.29.0"}
# All three come from one laboratory under one licence; not every package has a copy.
LICENSED = "vega-lite"
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: file:">
{refresh_tag}
<link rel="icon" href="data:,">
<title>Afterimage: dvc plots</title>
<style>
body {{ font-family: system-ui, sans-serif; display: flex; flex-wrap: wrap; gap: 2rem; }}
table {{ border-spacing: 15px; }}
</style>
<!-- {names}
{licence}
-->
{scripts}
</head>
<body>
{plot_divs}
</body>
</html>
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for package, version in PACKAGES.items():
            command = ["npm", "pack", f"{package}@{version}"]
            subprocess.run(command, cwd=folder, check=True)
        page = PAGE.format(
            names=", ".join(" ".join(package) for package in PACKAGES.items()),
            licence=member(folder, LICENSED, "LICENSE").strip(),
            scripts="\n".join(script(folder, package) for package in PACKAGES),
            # DVC fills these in.
            refresh_tag="{refresh_tag}",
            plot_divs="{plot_divs}",
        )
    Path(__file__).with_name("page.html").write_text(page, encoding="utf-8")


def script(folder: Path, package: str) -> str:
    """Put a package's minified build into a script element."""
    build = member(folder, package, f"build/{package}.min.js")
    # Neither an end of the element nor the address of a map, which is not here.
    build = build.replace("</script", r"<\/script").partition("\n//# sourceMappingURL")[0]
    return f"<script>\n{build.strip()}\n</script>"


def member(folder: Path, package: str, name: str) -> str:
    """Read a file of a package that npm brought; ``KeyError`` if there is none."""
    with tarfile.open(folder / f"{package}-{PACKAGES[package]}.tgz") as archive:
        content = archive.extractfile(f"package/{name}")
        assert content, f"{name} is no file"  # noqa: S101
        return content.read().decode()


if __name__ == "__main__":
    main()
