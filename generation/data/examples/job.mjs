const headers = {
  Authorization: `Bearer ${process.env.TESSERA_KEY}`,
  "Content-Type": "application/json",
};
const wish = {
  kind: "generation",
  prompt: "a white siamese cat",
  size: "512x512",
  seed: 7,
};
const jobs = `${process.env.TESSERA_URL}/images/jobs`;
const begun = await fetch(jobs, {
  method: "POST",
  headers: { ...headers, "Idempotency-Key": "cat 7" },
  body: JSON.stringify(wish),
});
let job = await begun.json();
if (job.error) throw new Error(job.error.message);
while (job.status === "queued" || job.status === "in_progress") {
  await new Promise((later) => setTimeout(later, 500));
  job = await (await fetch(`${jobs}/${job.id}`, { headers })).json();
}
console.log(job.status, job.data?.[0].url);
