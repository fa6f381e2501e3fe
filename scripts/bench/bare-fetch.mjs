// What no client can go below: the requests of a plan or an apply with bare fetch, eight at a time, and
// every answer parsed.
//   node bare-fetch.mjs PAGES [CREATES]   reads a whole list, creates so many keys, and reads those
const [pages, creates = 0] = process.argv.slice(2).map(Number);
const { COMETAPI_BASE_URL: origin, COMETAPI_ACCESS_TOKEN: token } = process.env;
const headers = { Authorization: token, "Content-Type": "application/json" };

const read = async (page) => {
  const url = `${origin}/api/token/?p=${page}&page_size=100&size=100`;
  return (await fetch(url, { headers })).json();
};
const create = async (at) => {
  const body = JSON.stringify({ name: `bare-${at}`, remain_quota: 500_000, expired_time: -1 });
  return (await fetch(`${origin}/api/token/`, { method: "POST", headers, body })).json();
};
const each = async (first, last, act) => {
  let next = first;
  const worker = async () => {
    while (next <= last) await act(next++);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
};

await read(1);
await each(2, pages, read);
if (creates > 0) {
  await each(1, creates, create);
  await read(1);
  await each(2, Math.ceil(creates / 100), read);
}
