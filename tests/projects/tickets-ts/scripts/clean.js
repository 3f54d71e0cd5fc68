const { removed } = require("./removed");

console.log(removed());
