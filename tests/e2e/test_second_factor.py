"""A passkey and the codes of an app, with Chromium's own authenticator; every page of them before axe."""

from playwright.sync_api import Page, expect

from tests.accounts.codes import code_of
from tests.e2e.conftest import Open, Shoot
from tests.e2e.test_accessibility import violations
from tests.e2e.watch import Watch
from tests.site import PASSWORD, Site, Visitor


def authenticator(page: Page) -> None:
    """A security key that is always pressed."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "isUserVerified": True, "hasUserVerification": True}
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "hasResidentKey": True, "automaticPresenceSimulation": True}},
    )


def address_of(page: Page) -> str:
    page.locator(".header .menu summary", has_text="Account").click()
    return page.locator(".menu__panel p[title]").inner_text().strip()


def sign_in(page: Page, site: str, email: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_both_and_the_codes_on_paper(site: Site, person: Visitor, open_page: Open, watch: Watch, shoot: Shoot) -> None:
    # A passkey belongs to a name, and a number is none.
    named = site.address.replace("127.0.0.1", "localhost")
    page = open_page("/account/security", person)
    email = address_of(page)
    page.context.clear_cookies()
    authenticator(page)
    sign_in(page, named, email)
    expect(page.locator("#balance")).to_be_visible()
    page.goto(f"{named}/account/security")
    found = violations(page)
    page.get_by_role("link", name="Change the second factor").click()
    found += violations(page)
    shoot(page, "second-factor-none")

    page.get_by_role("link", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Your password, please")).to_be_visible()
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.locator("input[name=name]").fill("the little key")
    found += violations(page)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    paper = page.locator(".codes code").all_inner_texts()
    assert len(set(paper)) == 10
    found += violations(page)
    shoot(page, "recovery-codes")

    page.goto(f"{named}/accounts/2fa/totp/activate/")
    found += violations(page)
    shoot(page, "totp")
    secret = page.locator(".totp__secret").inner_text()
    page.locator("input[name=code]").fill("000000")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("Incorrect code.")).to_be_visible()
    page.locator("input[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    page.wait_for_url("**/2fa/")
    expect(page.locator(".facts")).to_contain_text("the little key")
    found += violations(page)
    shoot(page, "second-factor")
    for path in ("webauthn/", "totp/deactivate/", "recovery-codes/generate/"):
        page.goto(f"{named}/accounts/2fa/{path}")
        found += violations(page)
    shoot(page, "recovery-codes-again")

    for factor in ("passkey", "paper"):
        page.context.clear_cookies()
        sign_in(page, named, email)
        expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
        found += violations(page)
        shoot(page, "second-factor-asked")
        if factor == "passkey":
            page.get_by_role("button", name="Use a passkey").click()
        else:
            page.locator("input[name=code]").fill(paper[0])
            page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{named}/")
        expect(page.locator("#balance")).to_be_visible()
    assert found == []


def test_without_a_passkey_at_hand(site: Site, person: Visitor, open_page: Open) -> None:
    """An address that is a number can have none, and the page says so."""
    page = open_page("/account/security", person)
    page.goto("/accounts/reauthenticate/?next=/accounts/2fa/webauthn/add/")
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="cannot use passkeys here")).to_be_visible()
