// The frame of every page: the sidebar, which narrow screens open over the page, and the choice of the theme.

const sidebar = document.querySelector(".sidebar");
const toggle = document.querySelector("[data-sidebar=toggle]");
const themes = document.querySelectorAll("[data-theme-choice]");

function toggleSidebar() {
    if (innerWidth < 1280) return sidebar.classList.add("sidebar-open");
    localStorage.setItem("sidebarDesktopOpen", desk.isSidebarOpen() ? "0" : "1");
    desk.showSidebar();
    dispatchEvent(new Event("sidebar")); // unfold's bar below a list stands beside it
}

function closeDrawer() {
    if (!sidebar.matches(".sidebar-open")) return;
    sidebar.classList.remove("sidebar-open");
    toggle?.focus();
}

function showChoice() {
    for (const button of themes) {
        button.setAttribute("aria-pressed", String(button.dataset.themeChoice === desk.themeChoice()));
    }
}

for (const button of themes) {
    button.addEventListener("click", () => {
        localStorage.setItem("adminTheme", JSON.stringify(button.dataset.themeChoice));
        desk.showTheme();
        showChoice();
    });
}
showChoice();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", desk.showTheme);

toggle?.addEventListener("click", toggleSidebar);
sidebar?.addEventListener("click", (event) => event.target.closest("[data-sidebar=close]") && closeDrawer());
sidebar?.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && closeDrawer());
