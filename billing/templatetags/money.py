from django import template

from billing import services

register = template.Library()


@register.filter
def money(amount: int, currency: str) -> str:
    """`{{ purchase.amount|money:purchase.currency }}`: $15"""
    return services.money(amount, currency)


@register.filter
def given(gives: int, unit: str) -> str:
    """`{{ pack.gives|given:pack.unit }}`: 115 credits"""
    return services.given(gives, unit)
