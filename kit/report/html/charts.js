// Charts: drawn when they come into view, in the colours of the page, again when those change, light on paper.
// A notebook's page calls readinessCharts after each chart; on our own page one call at the end finds them all.
// Plotly is stored as text where it would hold up the opening of a page, and run when the first chart is near.
(function () {
  const theme = JSON.parse(document.getElementById("chart-theme").textContent)
  const dark = matchMedia("(prefers-color-scheme: dark)")
  const charts = new Set()
  let printing = false

  function isDark() {
    const chosen = document.documentElement.dataset.theme
    return !printing && (chosen ? chosen === "dark" : dark.matches)
  }

  function recolored(value) {
    if (typeof value === "string") return theme.swap[value] || value
    if (Array.isArray(value)) return value.map(recolored)
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, recolored(inner)]))
    }
    return value
  }

  function figureOf(chart) {
    const figure = JSON.parse(chart.querySelector("script").textContent)
    const colored = isDark() ? recolored(figure) : figure
    colored.layout = { ...colored.layout, template: isDark() ? theme.dark : theme.light, autosize: true }
    return colored
  }

  function load() {
    const stored = document.getElementById("plotly")
    if (window.Plotly || !stored) return
    const script = document.createElement("script")
    script.textContent = stored.textContent
    document.head.append(script)
    script.remove()
  }

  function draw(chart) {
    load()
    const plot = chart.querySelector(".rk-plot")
    const figure = figureOf(chart)
    const least = figure.layout.meta && figure.layout.meta.minWidth
    const inner = plot.firstElementChild || plot.appendChild(document.createElement("div"))
    inner.style.height = figure.layout.height + "px"
    if (least && !printing) inner.style.minWidth = Math.min(least, 2400) + "px"
    else inner.style.minWidth = ""
    if (printing) figure.layout.width = 660
    chart.classList.add("drawn")
    Plotly.react(inner, figure.data, figure.layout, theme.config)
  }

  function redraw() {
    charts.forEach((chart) => { if (chart.classList.contains("drawn")) draw(chart) })
  }

  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue
      watcher.unobserve(entry.target)
      draw(entry.target)
    }
  }, { rootMargin: "400px" })

  window.readinessCharts = function (root) {
    for (const chart of root.querySelectorAll(".rk-chart")) {
      if (charts.has(chart)) continue
      charts.add(chart)
      watcher.observe(chart)
    }
  }

  dark.addEventListener("change", redraw)
  document.addEventListener("readiness:theme", redraw)
  addEventListener("beforeprint", () => { printing = true; charts.forEach(draw) })
  addEventListener("afterprint", () => { printing = false; redraw() })
  window.readinessCharts(document)
})()
