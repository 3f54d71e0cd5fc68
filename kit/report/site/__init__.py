"""The report as a site: a folder of pages that opens from a disk, without a server and without a network."""

from kit.report.site.render import render_site
from kit.report.site.write import write_folder

__all__ = ["render_site", "write_folder"]
