import type { RequestHandler } from "express";
import jwt from "jsonwebtoken";
import { z } from "zod";
import { config } from "../config.js";
import { HttpError } from "../errors.js";

const claims = z.object({ sub: z.string().uuid(), role: z.enum(["CUSTOMER", "ADMIN"]) });

export type Principal = z.infer<typeof claims>;

declare global {
  namespace Express {
    interface Request {
      principal?: Principal;
    }
  }
}

export function issueToken(principal: Principal): string {
  return jwt.sign({ role: principal.role }, config.JWT_SECRET, {
    subject: principal.sub,
    issuer: "shop-api",
    audience: "shop-web",
  });
}

export const requireAuth: RequestHandler = (req, _res, next) => {
  const [scheme, token] = (req.headers.authorization ?? "").split(" ");
  if (scheme !== "Bearer" || !token) {
    throw new HttpError(401, "a bearer token is required");
  }
  try {
    const payload = jwt.verify(token, config.JWT_SECRET, {
      algorithms: ["HS256"],
      issuer: "shop-api",
      audience: "shop-web",
    });
    req.principal = claims.parse(payload);
  } catch {
    throw new HttpError(401, "the token is not valid");
  }
  next();
};

export const requireAdmin: RequestHandler = (req, _res, next) => {
  if (req.principal?.role !== "ADMIN") {
    throw new HttpError(403, "administrators only");
  }
  next();
};

export function principalOf(req: { principal?: Principal }): Principal {
  if (!req.principal) {
    throw new HttpError(401, "a bearer token is required");
  }
  return req.principal;
}
