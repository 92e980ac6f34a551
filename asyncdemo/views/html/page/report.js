const data = JSON.parse(document.getElementById("data").textContent);
for (const run of data.runs) {
  const heading = document.createElement("h1");
  heading.textContent = run.target;
  document.querySelector("main").append(heading);
}
