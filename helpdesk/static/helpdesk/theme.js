/* The theme that was chosen in the admin, on a page that is not of the admin. */
const chosen = (localStorage.getItem("adminTheme") ?? "").replaceAll('"', "");
if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
