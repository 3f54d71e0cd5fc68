// Before the page is drawn: the reader's choice of light or dark, and that scripts run.
(function () {
  const root = document.documentElement
  root.classList.add("js")
  try {
    const chosen = localStorage.getItem("readiness-theme")
    if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen
  } catch (e) { /* storage is closed to local files in some browsers */ }
})()
