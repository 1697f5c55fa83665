from django.urls import path

from accounts.views import closing, inbox, settings

urlpatterns = [
    path("account", settings.profile, name="profile"),
    path("account/security", settings.security, name="security"),
    path("account/security/sign-out", settings.sign_out, name="sign_out_everywhere"),
    path("account/close", closing.close, name="close_account"),
    path("account/closing", closing.closing, name="closing"),
    path("account/keep", closing.keep, name="keep_account"),
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/read", inbox.read_all, name="inbox_read"),
    path("inbox/<int:message_id>", inbox.message, name="message"),
]
