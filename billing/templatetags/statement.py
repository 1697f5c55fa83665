from django import template

from billing import services

register = template.Library()


@register.filter
def counted(amount: int, unit: str) -> str:
    """`{{ line.balance|counted:unit }}`: 1,150"""
    return services.counted(amount, unit)


@register.filter
def signed(amount: int, unit: str) -> str:
    """`{{ line.amount|signed:unit }}`: +115"""
    return f"{'+' if amount > 0 else ''}{services.counted(amount, unit)}"
