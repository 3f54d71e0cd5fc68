import type { ErrorRequestHandler, RequestHandler } from "express";
import { ZodError } from "zod";
import { HttpError } from "../errors.js";
import { logger } from "../logger.js";

export const notFound: RequestHandler = (_req, res) => {
  res.status(404).json({ error: "not found" });
};

export const errorHandler: ErrorRequestHandler = (error, req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  if (error instanceof ZodError) {
    res.status(400).json({ error: "the request is not valid", issues: error.issues });
    return;
  }
  if (error instanceof HttpError) {
    res.status(error.status).json({ error: error.message });
    return;
  }
  logger.error({ err: error, requestId: req.id }, "request failed");
  res.status(500).json({ error: "something went wrong", requestId: req.id });
};
