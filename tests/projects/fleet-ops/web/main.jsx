import React from "react";

console.debug(React.version);
