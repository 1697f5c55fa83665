/** The order after one thing was moved to where another stands; what lies between makes room. */
export function moved(ids, id, target) {
  const from = ids.indexOf(id);
  const to = ids.indexOf(target);
  if (from < 0 || to < 0 || from === to) return ids;
  const rest = ids.filter((one) => one !== id);
  rest.splice(to, 0, id);
  return rest;
}

/** Behind which one it stands; nothing for the first. */
export function before(ids, id) {
  return ids[ids.indexOf(id) - 1] ?? "";
}
