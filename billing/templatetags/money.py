from django import template

from billing import services
from billing.models import Pack

register = template.Library()


@register.filter
def money(amount: int, currency: str) -> str:
    """`{{ purchase.amount|money:purchase.currency }}`: $15"""
    return services.money(amount, currency)


@register.filter
def given(gives: int, unit: str) -> str:
    """`{{ pack.gives|given:pack.unit }}`: 115 credits"""
    return services.given(gives, unit)


@register.filter
def each(pack: Pack) -> str:
    """`{{ pack|each }}`: $0.13, what one of its credits costs"""
    return services.money((2 * pack.amount + pack.gives) // (2 * pack.gives), pack.currency)
