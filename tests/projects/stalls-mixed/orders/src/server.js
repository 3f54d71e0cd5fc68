const express = require("express");
const mongoose = require("mongoose");
const { place } = require("./place");
const { open, columns, forget } = require("./baskets");

mongoose.connect(process.env.MONGO_URL);
const app = express();
app.use(express.json());
app.post("/orders", (request, response, next) => place(request.body).then((o) => response.json(o)).catch(next));
app.get("/baskets/:stall", (request, response, next) => open(request.params.stall).then((b) => response.json(b)).catch(next));
app.delete("/baskets", (request, response, next) => forget().then(() => response.end()).catch(next));
app.get("/columns", (request, response) => response.json(columns({ stall: "", sum: 0 })));
app.listen(3000);
