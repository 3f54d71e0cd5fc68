exports.removed = () => 0;
