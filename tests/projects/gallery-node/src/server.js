const express = require("express");
const { PrismaClient } = require("@prisma/client");
const { requireLogin } = require("./login");

const prisma = new PrismaClient();
const app = express();

app.use(express.json({ limit: "64kb" }));

app.get("/healthz", (req, res) => prisma.$queryRaw`SELECT 1`.then(() => res.json({ ok: true }), () => res.status(503).end()));

app.get("/albums/:id", requireLogin, async (req, res) => {
  const album = await prisma.album.findUnique({ where: { id: req.params.id } });
  return album ? res.json(album) : res.status(404).end();
});

app.put("/albums/:id", requireLogin, async (req, res) => {
  const { count } = await prisma.album.updateMany({
    where: { id: req.params.id, userId: req.user.id },
    data: { title: String(req.body.title) },
  });
  return count ? res.status(204).end() : res.status(404).end();
});

app.delete("/albums/:id", requireLogin, async (req, res) => {
  const album = await prisma.album.findUnique({ where: { id: req.params.id } });
  if (!album || album.userId !== req.user.id) return res.status(404).end();
  await prisma.album.delete({ where: { id: album.id } });
  return res.status(204).end();
});

app.get("/frames/:id", requireLogin, async (req, res) => {
  const frame = await prisma.frame.findUnique({ where: { id: req.params.id } });
  return frame ? res.json(frame) : res.status(404).end();
});

app.get("/admin/users", requireLogin, async (req, res) => {
  res.json(await prisma.user.findMany({ take: 50 }));
});

app.post("/prints", requireLogin, (req, res) => {
  res.status(503).json({ error: "Printing is not offered yet." });
});

app.get("/stock", requireLogin, async (req, res) => {
  try {
    res.json(await prisma.frame.findMany({ take: 100 }));
  } catch {
    res.status(503).json({ error: "Please come back later." });
  }
});

app.listen(Number(process.env.PORT || 3000));
process.on("uncaughtException", (error) => console.error(error));
