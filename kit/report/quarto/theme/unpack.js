// Plotly travels packed: it is unpacked beside the reader's first look, and charts.js begins once it is there.
(async function () {
  const packed = Uint8Array.from(atob(document.getElementById("plotly-packed").textContent), (c) => c.charCodeAt(0))
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))
  const stored = document.createElement("script")
  stored.type = "text/plain"
  stored.id = "plotly"
  stored.textContent = await new Response(stream).text()
  document.body.append(stored)
  const charts = document.createElement("script")
  charts.textContent = document.getElementById("charts-script").textContent
  document.body.append(charts)
})()
