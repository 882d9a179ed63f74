"""Whoever uses a keyboard, a screen reader or a large print: the rules that a machine can check."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from helpdesk.tests.admin.everywhere import furnish
from helpdesk.tests.browser.parts import LIST, SignIn, address
from helpdesk.tickets.models import Ticket

AXE = Axe()
GRAVE = {"serious", "critical"}
# Less grave to axe, but promised.
ORDER = {"heading-order", "page-has-heading-one", "landmark-one-main", "skip-link"}
IN_THE_DARK = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}


def faults_of(page: Page, **options: object) -> list[str]:
    """What axe finds, with the element and its place."""
    found = AXE.run(page, **options).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:160]} in {node['target']}"
        for fault in found
        if fault["impact"] in GRAVE or fault["id"] in ORDER
        for node in fault["nodes"]
    ]


def test_no_page_has_a_grave_fault_in_either_theme(
    sign_in: SignIn, lead: User, page: Page, faults: list[str]
) -> None:
    signed_in = sign_in(lead)
    visits = [(page, "sign-in", "/admin/login/"), *((signed_in, *known) for known in furnish(lead).items())]
    found = []
    for window, name, path in visits:
        window.goto(path)
        found += [f"{name}: {fault}" for fault in faults_of(window)]
        window.evaluate("document.documentElement.classList.add('dark')")
        found += [f"{name}, dark: {fault}" for fault in faults_of(window, options=IN_THE_DARK)]
    faults[:] = [fault for fault in faults if "404" not in fault]
    assert not found, "\n".join(found)


# What can be operated and seen, without what a closed dialog or menu holds.
CONTROLS = """() => {
    const kinds = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length;
    // Of radio buttons Tab reaches the one that is chosen.
    const reachable = (one) => one.tabIndex >= 0 && !one.disabled && !(one.type === "radio" && !one.checked);
    window.controls = [...document.querySelectorAll(kinds)].filter((one) => shown(one) && reachable(one));
    return controls.map((one) => one.outerHTML.slice(0, 120));
}"""
INSIDE = "a, button, input:not([type=hidden]), select, textarea"
# Where the focus is, and whether one sees it.
FOCUS = """() => {
    const one = document.activeElement;
    const framed = [one, one.parentElement, one.closest("form, tr")].some((near) => {
        const style = near && getComputedStyle(near);
        return style && (style.outlineStyle !== "none" || style.boxShadow !== "none");
    });
    return [controls.indexOf(one), framed];
}"""


def walk(page: Page) -> tuple[list[str], list[str]]:
    """Press Tab through the page; returns the controls never reached, and those that hide the focus."""
    page.locator("h1").first.wait_for(state="attached")
    controls = page.evaluate(CONTROLS)
    page.evaluate("document.activeElement.blur()")
    reached, hidden = set(), set()
    for _ in range(len(controls) + 40):  # a date has a stop for each of its parts
        page.keyboard.press("Tab")
        at, seen = page.evaluate(FOCUS)
        reached.add(at)
        if at >= 0 and not seen:
            hidden.add(at)
        if len(reached - {-1}) == len(controls):
            break
    return (
        [one for at, one in enumerate(controls) if at not in reached],
        [controls[at] for at in sorted(hidden)],
    )


@pytest.mark.parametrize("where", ["list", "ticket"])
def test_tab_reaches_every_control_and_shows_where_it_is(
    sign_in: SignIn, lead: User, ticket: Ticket, where: str
) -> None:
    page = sign_in(lead)
    page.goto(LIST if where == "list" else address(ticket))
    assert walk(page) == ([], [])
    folds = [page.locator("summary", has_text="Administration")]
    folds += page.locator("#content details:not([data-menu]) > summary").all()
    for summary in [*folds, *page.locator("details[data-menu] > summary").all()]:
        summary.press("Enter")
        inside = summary.locator("xpath=..").locator(INSIDE).first
        expect(inside).to_be_visible()
        if summary not in folds:  # one menu is open at a time
            assert walk(page) == ([], [])
            assert page.evaluate("(one) => controls.includes(one)", inside.element_handle())


def test_what_opens_takes_the_focus_and_gives_it_back(sign_in: SignIn, lead: User, ticket: Ticket) -> None:
    page = sign_in(lead)
    page.goto(LIST)
    expect(page.locator("table.rows")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    palette = page.get_by_role("button", name="Search or jump to")
    palette.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#palette input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(palette).to_be_focused()
    for opener, inside in (
        (page.locator("summary", has_text="Filter"), page.locator(".filter-form select").first),
        (page.locator("summary", has_text="lena@helpdesk.example"), page.get_by_role("button", name="Light")),
    ):
        opener.focus()
        page.keyboard.press("Enter")
        expect(inside).to_be_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('details[open]') !== null")
        page.keyboard.press("Escape")
        expect(inside).to_be_hidden()
        expect(opener).to_be_focused()


@pytest.mark.parametrize("where", ["list", "ticket"])
def test_a_zoom_of_400_per_cent_breaks_nothing(
    sign_in: SignIn, lead: User, ticket: Ticket, where: str
) -> None:
    page = sign_in(lead, viewport={"width": 360, "height": 225}, device_scale_factor=4)
    page.goto(LIST if where == "list" else address(ticket))
    expect(page.get_by_text(ticket.title).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    if where == "ticket":
        box = page.locator("#body")
        box.fill("Thank you")
        place = box.bounding_box()
        assert place is not None
        assert 0 <= place["y"] <= 225 - place["height"]
