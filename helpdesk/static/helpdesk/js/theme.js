// What the frame looks like, before anything is painted: the theme, and whether the sidebar is closed.
// Both are kept in this browser, under the names and in the form that unfold gave them.
window.desk = {
    themeChoice() {
        try {
            return JSON.parse(localStorage.getItem("adminTheme")) || "auto";
        } catch {
            return "auto";
        }
    },
    showTheme() {
        const choice = desk.themeChoice();
        const dark = choice === "dark" || (choice === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
        document.documentElement.classList.toggle("dark", dark);
    },
    isSidebarOpen: () => localStorage.getItem("sidebarDesktopOpen") !== "0",
    showSidebar() {
        document.documentElement.classList.toggle("sidebar-closed", !desk.isSidebarOpen());
    },
};

desk.showTheme();
desk.showSidebar();
