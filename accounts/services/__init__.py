"""Who people are. Other rooms call these and nothing below them."""

from accounts.services.closing import (
    GRACE,
    LastOperator,
    TooLate,
    WrongAddress,
    close_account,
    close_due_accounts,
    keep_account,
)
from accounts.services.exporting import export_of
from accounts.services.inbox import (
    MessagesPage,
    mark_all_read,
    message_for,
    messages_page,
    read,
    send_message,
    unread_count,
)
from accounts.services.people import (
    PersonRequest,
    has_operator,
    make_person,
    mark_verified,
    on_email_confirmed,
    on_signed_up,
)
from accounts.services.profile import (
    BadName,
    change_downloads,
    change_profile,
    register_name_check,
    sign_out_everywhere,
    time_zones,
)

__all__ = [
    "GRACE",
    "BadName",
    "LastOperator",
    "MessagesPage",
    "PersonRequest",
    "TooLate",
    "WrongAddress",
    "change_downloads",
    "change_profile",
    "close_account",
    "close_due_accounts",
    "export_of",
    "has_operator",
    "keep_account",
    "make_person",
    "mark_all_read",
    "mark_verified",
    "message_for",
    "messages_page",
    "on_email_confirmed",
    "on_signed_up",
    "read",
    "register_name_check",
    "send_message",
    "sign_out_everywhere",
    "time_zones",
    "unread_count",
]
