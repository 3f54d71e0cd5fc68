import { Router } from "express";
import multer from "multer";
import path from "node:path";

const receipts = multer({ dest: "/srv/receipts" });
const portraits = multer({ dest: "/srv/portraits", limits: { fileSize: 2 * 1024 * 1024 } });

export const documents = Router();

documents.post("/receipts", receipts.single("file"), (req, res) => {
  console.log("receipt", req.file.filename);
  res.status(201).json({ id: req.file.filename });
});

documents.post("/portraits", portraits.single("file"), (req, res) => {
  res.status(201).json({ id: req.file.filename });
});

documents.get("/receipts/:name", (req, res) => {
  res.sendFile(path.join("/srv/receipts", path.basename(req.params.name)));
});
