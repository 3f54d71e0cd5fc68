import jwt from "jsonwebtoken";

export function signedIn(req, res, next) {
  if (!req.session?.userId) return res.status(401).json({ error: "sign in first" });
  next();
}

export function exportToken(userId) {
  return jwt.sign({ sub: userId }, process.env.TOKEN_KEY);
}

export function holder(token) {
  return jwt.verify(token, process.env.TOKEN_KEY, { algorithms: ["HS256"] });
}

export function renewalOf(userId) {
  const refreshToken = jwt.sign({ sub: userId }, process.env.TOKEN_KEY, { expiresIn: "30d" });
  return refreshToken;
}

export function deviceRefresh(deviceId) {
  const refreshToken = jwt.sign({ sub: deviceId }, process.env.TOKEN_KEY, { expiresIn: "30d", audience: "devices" });
  return refreshToken;
}
