"""The share as people see it: in a browser, on the tenant's page, from the sentence to the recipient's screen."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, Route, ViewportSize, async_playwright, expect

from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHOTS = Path(__file__).parent / "screenshots"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 20_000  # milliseconds; the machine may be busy

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium on the PATH (Debian: apt-get install chromium)"
)


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


async def open_page(browser: Browser, bot: Bot, who: str) -> Page:
    context = await browser.new_context(viewport=ViewportSize(width=1280, height=800))
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = await context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
    await page.goto(f"{bot.contoso.base_url}/?as={who}@contoso.com")
    await expect(page.get_by_test_id("who-am-i")).to_be_visible()
    return page


async def say(page: Page, text: str) -> None:
    await page.get_by_test_id("chat").filter(has_text="Sharebot").click()
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("composer").press("Enter")


HOST = """<!doctype html><title>Teams</title><script>
self.heard = [];
addEventListener("message", ({ data, source, origin }) => {
  heard.push([data.func, origin, data.args]);
  if (data.func === "initialize") {
    const { id, uuidAsString } = data;
    source.postMessage({ id, uuidAsString, args: ["authentication", "web", "2.0.1"] }, origin);
  }
  if (data.func === "authentication.authenticate.success") source.close();
});
</script>"""


async def test_teams_is_told_by_its_own_library_that_somebody_signed_in(
    contoso: Contoso, tmp_path: Path, browser: Browser
) -> None:
    """A window of Teams' own address opens the sign-in page, as Teams does; the bot's is https, as it has to be."""
    async with Bot(contoso, tmp_path, public_url="https://bot.example") as bot:
        contoso.redirect_uris.add("https://bot.example/auth/end")
        diego = Someone(contoso, "diego.siciliani@contoso.com")
        await diego.says('share "Onboarding checklist.docx" with Alex')
        context = await browser.new_context()

        async def to_the_bot(route: Route) -> None:
            request = route.request
            url = request.url.replace("https://bot.example", bot.url)
            headers = {**await request.all_headers(), "host": bot.url.removeprefix("http://")}
            async with httpx.AsyncClient() as http:
                answer = await http.request(request.method, url, headers=headers, content=request.post_data_buffer)
            await route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

        await context.route("https://bot.example/**", to_the_bot)
        await context.route(
            "https://teams.microsoft.com/**", lambda route: route.fulfill(body=HOST, content_type="text/html")
        )
        teams = await context.new_page()
        await teams.goto("https://teams.microsoft.com/")
        async with teams.expect_popup() as opening:
            await teams.evaluate("address => { open(address, 'sign-in', 'popup') }", bot.sign_in_page(diego))
        page = await opening.value
        await page.get_by_text("Diego Siciliani").click()
        await page.get_by_role("button", name="Accept").click()
        await page.wait_for_event("close")

        heard = await teams.evaluate("heard.map(([what, origin]) => [what, origin])")
        assert ["authentication.authenticate.success", "https://bot.example"] in heard
        assert "Share this?" in await diego.waits_for("Share this?")
        await context.close()


async def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png")


async def test_a_share_is_clicked_through(browser: Browser, bot: Bot) -> None:
    await bot.contoso.client.install_everywhere()
    adele = await open_page(browser, bot, "adele.vance")

    await say(adele, "share Q3 Budget.xlsx with alex.wilber@contoso.com as write")
    await expect(adele.get_by_text("Share this?")).to_be_visible()
    await expect(adele.get_by_text("now: no access")).to_be_visible()
    await shoot(adele, "1-confirm")
    await adele.get_by_role("button", name="Share", exact=True).click()
    await expect(adele.get_by_text("✓ can edit")).to_be_visible()
    await expect(adele.get_by_role("button", name="Share", exact=True)).to_have_count(0)
    await shoot(adele, "2-shared")

    alex = await open_page(browser, bot, "alex.wilber")
    await alex.get_by_test_id("chat").filter(has_text="Sharebot").click()
    await expect(alex.get_by_text("Adele Vance shared a file with you. You can edit it.")).to_be_visible()
    await shoot(alex, "3-notice")
    await say(adele, 'share "Price list.pdf" with alex.wilber@contoso.com and email them')
    await adele.get_by_role("button", name="Share", exact=True).click()
    await expect(adele.get_by_text("was asked to mail them").last).to_be_visible()
    await alex.get_by_test_id("rail-mail").click()
    await alex.get_by_test_id("mail").first.click()
    await expect(alex.get_by_test_id("reading")).to_contain_text("Price list.pdf")
    await shoot(alex, "4-mail")
    await alex.get_by_test_id("rail-files").click()
    await alex.get_by_test_id("file").filter(has_text="Q3 Budget.xlsx").click()
    await expect(alex.get_by_test_id("access").filter(has_text="Alex Wilber")).to_contain_text("Can edit")
    await shoot(alex, "5-permissions")


async def test_two_of_a_name_are_chosen_from_on_a_phone(browser: Browser, bot: Bot) -> None:
    page = await open_page(browser, bot, "adele.vance")
    await say(page, "share Roadmap with Ana")
    await page.set_viewport_size({"width": 320, "height": 700})
    await expect(page.get_by_text("Which one do you mean?", exact=True)).to_be_visible()
    await shoot(page, "6-choose")
    await page.get_by_role("button", name="Roadmap.docx OneDrive › Planning").click()
    await expect(page.get_by_text("“Ana” could be any of these 4:")).to_be_visible()
    second = page.get_by_role("button", name="Ana Bell ana.bell2@contoso.com")
    await second.focus()
    await second.press("Enter")

    await expect(page.get_by_text("Share this?")).to_be_visible()
    await expect(page.get_by_text("ana.bell2@contoso.com · now: no access")).to_be_visible()
    icon = page.get_by_role("img", name="Text document")
    assert await icon.evaluate("async image => { await image.decode(); return image.naturalWidth }") == 64
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await shoot(page, "7-chosen")


async def test_a_share_is_undone(browser: Browser, bot: Bot) -> None:
    page = await open_page(browser, bot, "adele.vance")
    await say(page, "share Q3 Budget.xlsx with alex.wilber@contoso.com as write until in 3 days")
    await page.get_by_role("button", name="Share", exact=True).click()
    await expect(page.get_by_role("button", name="End now")).to_be_visible()
    await page.get_by_role("button", name="Who has access").click()
    await expect(page.get_by_text("Shared directly")).to_be_visible()
    await page.get_by_role("button", name="Back").click()
    await page.get_by_role("button", name="Undo").click()

    await expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    await shoot(page, "19-undone")
    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")


async def test_a_recipient_asks_to_edit_on_a_phone_and_is_allowed(browser: Browser, bot: Bot) -> None:
    await bot.contoso.client.install_everywhere()
    adele = await open_page(browser, bot, "adele.vance")
    await say(adele, "share Q3 Budget.xlsx with alex.wilber@contoso.com")
    await adele.get_by_role("button", name="Share", exact=True).click()

    alex = await open_page(browser, bot, "alex.wilber")
    await alex.get_by_test_id("chat").filter(has_text="Sharebot").click()
    await alex.set_viewport_size({"width": 320, "height": 700})
    await alex.get_by_role("button", name="Ask to edit").click()
    await alex.get_by_label("Why").fill("I fill in the figures of Sales.")
    await shoot(alex, "20-ask")
    await alex.get_by_role("button", name="Ask", exact=True).click()
    await expect(
        alex.get_by_role("region", name="Conversation").get_by_text("I asked Adele Vance whether you may edit this")
    ).to_be_visible()
    await expect(adele.get_by_text("Allow editing?")).to_be_visible()
    await expect(adele.get_by_text("I fill in the figures of Sales.")).to_be_visible()
    await shoot(adele, "21-asked")
    await adele.get_by_role("button", name="Allow").click()

    await expect(adele.get_by_text("✓ can edit")).to_be_visible()
    await expect(alex.get_by_text("You can edit it.").last).to_be_visible()
    await shoot(alex, "22-allowed")
    assert await alex.evaluate("document.documentElement.scrollWidth") <= 320
    assert bot.access("Q3 Budget.xlsx")["alex.wilber@contoso.com"] == "write"


async def test_what_is_answered_by_typing_has_no_buttons_on_another_device(browser: Browser, bot: Bot) -> None:
    desk = await open_page(browser, bot, "adele.vance")
    await say(desk, "share Q3 Budget.xlsx with alex.wilber@contoso.com")
    await expect(desk.get_by_role("button", name="Share", exact=True)).to_be_visible()
    phone = await open_page(browser, bot, "adele.vance")
    await say(phone, "yes")

    await expect(desk.get_by_text("✓ can view")).to_be_visible()
    await expect(desk.get_by_text("I answered below.")).to_be_visible()
    await expect(desk.get_by_role("button", name="Share", exact=True)).to_have_count(0)


async def test_consent_is_given_in_a_window_and_the_sentence_carried_out(browser: Browser, bot: Bot) -> None:
    page = await open_page(browser, bot, "diego.siciliani")

    await say(page, 'share "Onboarding checklist.docx" with Alex as read')
    await expect(page.get_by_test_id("sign-in")).to_be_visible()
    await shoot(page, "8-sign-in")
    async with page.expect_popup() as popup:
        await page.get_by_test_id("sign-in").click()
    window = await popup.value
    await window.get_by_role("button", name="Diego Siciliani").click()
    await expect(window.get_by_text("would like to")).to_be_visible()
    await shoot(window, "9-consent")
    await window.get_by_role("button", name="Accept").click()

    await expect(page.get_by_text("Share this?")).to_be_visible()
    await expect(page.get_by_text("Onboarding checklist.docx").last).to_be_visible()
    await shoot(page, "10-carried-out")


async def test_a_bot_that_is_down_is_told_on_the_page(browser: Browser, bot: Bot) -> None:
    page = await open_page(browser, bot, "adele.vance")
    await say(page, "help")
    await expect(page.get_by_text("What I can do", exact=True)).to_be_visible()
    bot.contoso.bot_endpoint = "http://127.0.0.1:9/api/messages"

    await say(page, "help")

    await expect(page.get_by_test_id("problem").last).to_have_text("The bot cannot be reached.")


async def test_in_a_group_a_stranger_sees_nothing_and_their_press_changes_nothing(browser: Browser, bot: Bot) -> None:
    await bot.contoso.client.install_everywhere()
    adele = await open_page(browser, bot, "adele.vance")
    await adele.get_by_test_id("chat").filter(has_text="Budget crew").click()
    await adele.get_by_test_id("composer").press_sequentially("@Share")
    await adele.get_by_test_id("mention-menu").get_by_text("Sharebot").click()
    await adele.get_by_test_id("composer").press_sequentially("share Q3 Budget.xlsx with Lee Gu as read")
    await adele.get_by_test_id("composer").press("Enter")
    await adele.get_by_role("button", name="Continue").click()
    await expect(adele.get_by_text("Share this?")).to_be_visible()

    megan = await open_page(browser, bot, "megan.bowen")
    await megan.get_by_test_id("chat").filter(has_text="Budget crew").click()
    await expect(megan.get_by_test_id("card").get_by_text("What I find, only you will see.")).to_be_visible()
    await expect(megan.get_by_text("Q3 Budget.xlsx", exact=True)).to_have_count(0)
    await megan.get_by_role("button", name="Continue").click()

    await expect(megan.get_by_text("This is no longer waiting")).to_be_visible()
    await shoot(megan, "11-stranger")
    assert "lee.gu@contoso.com" not in bot.access("Q3 Budget.xlsx")


async def test_a_link_that_is_pasted_gets_its_card_before_it_is_sent(browser: Browser, bot: Bot) -> None:
    contoso = bot.contoso
    await contoso.client.install_everywhere()
    await Someone(contoso, "adele.vance@contoso.com").says("watch my links")
    adele = await open_page(browser, bot, "adele.vance")
    url = await link_copied(adele, "Q3 Budget.xlsx")
    assert url == contoso.web_url(contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx"))
    await adele.get_by_role("link", name="Chat").click()
    await adele.get_by_test_id("chat").filter(has_text="Budget crew").click()
    panel, told = adele.get_by_test_id("link-panel"), "Not everybody here can open this link"

    await paste(adele, url)
    await expect(panel).to_contain_text(told)
    await adele.get_by_test_id("link-remove").click()
    await expect(panel).to_be_hidden()
    await paste(adele, url)
    await expect(panel).to_contain_text(told)
    await expect(panel.get_by_role("button", name="See who, and share…")).to_be_disabled()
    await shoot(adele, "23-link")
    await adele.get_by_test_id("composer").press("Enter")
    await expect(panel).to_be_hidden()
    await expect(adele.get_by_test_id("message").last).to_contain_text(told)

    alex = await open_page(browser, bot, "alex.wilber")
    await alex.get_by_test_id("chat").filter(has_text="Budget crew").click()
    await alex.get_by_role("button", name="See who, and share…").click()
    await expect(alex.get_by_role("dialog")).to_contain_text("Only the person who asked")
    await adele.get_by_role("button", name="See who, and share…").click()
    await expect(adele.get_by_role("dialog")).to_contain_text("Megan Bowen")
    await adele.get_by_role("dialog").get_by_role("button", name="Share", exact=True).click()
    await expect(adele.get_by_role("dialog")).to_contain_text("✓ can view")


async def link_copied(page: Page, name: str) -> str:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("link", name="Files").click()
    await page.get_by_test_id("file").filter(has_text=name).click()
    await page.get_by_test_id("copy-link").click()
    await expect(page.get_by_text("Link copied")).to_be_visible()
    await shoot(page, "24-copied")
    return str(await page.evaluate("navigator.clipboard.readText()"))


async def paste(page: Page, text: str) -> None:
    """As the keys do, without the clipboard of the machine."""
    composer = page.get_by_test_id("composer")
    await composer.fill(text)
    await composer.evaluate(
        """(editor, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }""",
        text,
    )


async def test_a_file_is_found_put_into_the_chat_shared_from_a_form_and_asked_about(browser: Browser, bot: Bot) -> None:
    await bot.contoso.client.install_everywhere()
    adele = await open_page(browser, bot, "adele.vance")
    await adele.get_by_test_id("chat").filter(has_text="Budget crew").click()
    await adele.get_by_test_id("find-file").click()
    await expect(adele.get_by_role("option").first).to_be_visible()
    await adele.get_by_test_id("find").fill("q3 budget")
    await expect(adele.get_by_role("option")).to_have_count(1)
    icon = adele.get_by_role("option").locator("img")
    assert await icon.evaluate("async image => { await image.decode(); return image.naturalWidth }") == 64
    await shoot(adele, "12-find")
    await adele.get_by_test_id("find").press("Enter")

    card = adele.get_by_test_id("message").filter(has_text="Q3 Budget.xlsx")
    await card.get_by_role("button", name="Share with this chat").click()
    dialog = adele.get_by_test_id("dialog")
    people = dialog.get_by_label("Or write them")
    await expect(people).to_have_value("alex.wilber@contoso.com, megan.bowen@contoso.com")
    await people.fill("Nobody Likethis")
    await dialog.get_by_role("button", name="Continue").click()
    await expect(dialog.get_by_text("I know nobody called “Nobody Likethis”")).to_be_visible()
    await shoot(adele, "13-form")
    await people.fill("")
    await dialog.get_by_role("combobox", name="With whom").press_sequentially("alex")
    await dialog.get_by_role("option", name="Alex Wilber").click()
    await expect(dialog.get_by_role("button", name="Remove Alex Wilber")).to_be_visible()
    await dialog.get_by_label("What they may do").select_option("write")
    await dialog.get_by_role("button", name="Continue").click()
    await expect(dialog.get_by_text("Share this?")).to_be_visible()
    await shoot(adele, "14-form-confirm")
    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")
    await dialog.get_by_role("button", name="Share", exact=True).click()
    await expect(dialog.get_by_text("✓ can edit")).to_be_visible()
    await dialog.get_by_role("button", name="Close").click()
    await expect(dialog).to_have_count(0)

    await adele.set_viewport_size({"width": 320, "height": 700})
    await card.hover()
    await card.get_by_test_id("more").click()
    await shoot(adele, "15-menu")
    await card.get_by_role("menuitem", name="Who can open this?").click()
    await expect(dialog.get_by_text("alex.wilber@contoso.com", exact=True)).to_be_visible()
    await shoot(adele, "16-who")
    assert await adele.evaluate("document.documentElement.scrollWidth") <= 320
    assert bot.access("Q3 Budget.xlsx")["alex.wilber@contoso.com"] == "write"


async def test_a_file_and_people_are_found_with_the_keyboard_alone(browser: Browser, bot: Bot) -> None:
    page = await open_page(browser, bot, "adele.vance")
    await say(page, "share Q3 Budget.xlsx with Alex")
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_text("was not shared")).to_be_visible()
    await say(page, "share")
    file, people = page.get_by_role("combobox", name="File or folder"), page.get_by_role("combobox", name="With whom")

    await file.press_sequentially("nothing like it")
    await expect(page.get_by_text("No matches")).to_be_visible()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_text("Please choose one from the list, or write it below.")).to_be_visible()
    await file.fill("")
    await file.press_sequentially("roadmap")
    await expect(page.get_by_role("option", name="Roadmap.docx")).to_have_count(2)
    await shoot(page, "17-search")
    await file.press("ArrowDown")
    await file.press("Enter")
    chosen = page.get_by_role("button", name="Remove Roadmap.docx — OneDrive › Archive › 2025")
    await expect(chosen).to_be_focused()
    for _ in range(2):
        await page.keyboard.press("Tab")
    await expect(people).to_be_focused()
    await people.press_sequentially("meg")
    await expect(page.get_by_role("option", name="Megan Bowen")).to_be_visible()
    await people.press("Enter")
    await expect(page.get_by_role("button", name="Remove Megan Bowen")).to_be_visible()
    await people.press_sequentially("alex")
    await expect(page.get_by_role("option", name="Alex Wilber")).to_be_visible()
    await people.press("Enter")
    await expect(page.get_by_role("button", name="Remove Alex Wilber")).to_be_visible()
    await page.get_by_label("Or write them").fill("nobody known")
    await page.get_by_role("button", name="Continue").press("Enter")

    await expect(page.get_by_text("I know nobody called “nobody known”")).to_be_visible()
    await page.set_viewport_size({"width": 320, "height": 900})
    await shoot(page, "18-search-phone")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await expect(chosen).to_be_visible()
    await expect(page.get_by_role("button", name="Remove Megan Bowen")).to_be_visible()
    await page.get_by_label("Or write them").fill("eric@fabrikam.com")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Share", exact=True).click()
    await expect(page.get_by_text("✓ can view")).to_have_count(3)
    file_found = bot.contoso.file("Adele Vance", "Archive/2025/Roadmap.docx")
    people_found = {"megan.bowen@contoso.com", "alex.wilber@contoso.com", "eric@fabrikam.com"}
    assert bot.contoso.roles(file_found) == dict.fromkeys(people_found, "read")


async def test_whoever_is_written_out_whole_is_mentioned(browser: Browser, bot: Bot) -> None:
    await bot.contoso.client.install_everywhere()
    adele = await open_page(browser, bot, "adele.vance")
    await adele.get_by_test_id("chat").filter(has_text="Budget crew").click()
    await adele.get_by_test_id("composer").press_sequentially("@Sharebot share Q3 Budget.xlsx with Lee Gu as read")
    await expect(adele.get_by_test_id("composer").locator(".mention")).to_have_text("Sharebot")
    await adele.get_by_test_id("composer").press("Enter")

    await adele.get_by_role("button", name="Continue").click()
    await expect(adele.get_by_text("Share this?")).to_be_visible()
