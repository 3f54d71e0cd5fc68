function requireOrganiser(req, res, next) {
  const token = req.headers.authorization;
  if (!token) return res.status(401).json({ error: "sign in first" });
  next();
}

function requireStaff(req, res, next) {
  if (!req.headers["x-staff"]) return res.status(403).json({ error: "staff only" });
  next();
}

module.exports = { requireOrganiser, requireStaff };
