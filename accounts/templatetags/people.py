from django import template
from django.utils.translation import gettext as _

register = template.Library()

# What a browser says of itself names others for old reasons: the first that is found here is it.
BROWSERS = ("Edg", "OPR", "Firefox", "FxiOS", "CriOS", "Chrome", "Safari")
SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "CrOS", "Linux")
NAMES = {"Edg": "Edge", "OPR": "Opera", "FxiOS": "Firefox", "CriOS": "Chrome", "Macintosh": "macOS", "CrOS": "ChromeOS"}


@register.filter
def browser(said: str) -> str:
    """Chrome on Linux, of all that a browser says of itself."""
    program, system = (
        next((NAMES.get(name, name) for name in names if name in said), "") for names in (BROWSERS, SYSTEMS)
    )
    if not program:
        return _("An unknown program")
    return _("%(browser)s on %(system)s") % {"browser": program, "system": system} if system else program
