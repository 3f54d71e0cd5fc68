const { totals } = require("./totals");

console.log(totals());
