// The page: sends the first words, and shows the text while it is written. No library, no build step.
// Text from the service is only ever set as text, never as HTML.

const $ = (selector) => document.querySelector(selector);
const form = $("form");
const surprising = 10; // bits: a piece that cost so much has the darkest ground
let writing = new AbortController();

/** Read the answers of the form. */
function wanted() {
  const { prompt, ...numbers } = Object.fromEntries(new FormData(form));
  return { prompt, ...Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, Number(text)])) };
}

/** Add one piece of text, coloured by how little it was expected. */
function add(text, bits) {
  const piece = document.createElement("span");
  piece.className = bits === undefined ? "begun" : "piece";
  piece.style.setProperty("--surprise", Math.min((bits ?? 0) / surprising, 1));
  piece.textContent = text;
  $(".text").append(piece);
}

/** Say what is wrong. */
function complain(message) {
  $(".problem[role]").textContent = message;
  $(".problem[role]").hidden = false;
}

/** Read server-sent events of a response, one after the other. */
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (waiting + value).split("\n\n");
    waiting = parts.pop();
    for (const part of parts) yield JSON.parse(part.replace(/^data: /, ""));
  }
}

/** Have a text written, and show it while it comes. */
async function write() {
  writing.abort();
  writing = new AbortController();
  const { signal } = writing;
  const asked = wanted();
  $(".problem[role]").hidden = true;
  $(".text").replaceChildren();
  $(".version").textContent = "It is writing.";
  $(".stop").disabled = false;
  add(asked.prompt);
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch("/generate", { method: "POST", body: JSON.stringify(asked), headers, signal });
    if (!response.ok) {
      const { detail } = await response.json().catch(() => ({}));
      throw new Error(typeof detail === "string" ? detail : "One of the numbers is out of range.");
    }
    for await (const event of events(response)) {
      if (event.end) $(".version").textContent = `Written by version ${event.model_version} of the model`;
      else add(event.text, event.bits);
    }
  } catch (error) {
    if (signal.aborted) return;
    $(".version").textContent = "";
    complain(error instanceof TypeError ? "The service cannot be reached. Is it still running?" : error.message);
  } finally {
    if (!signal.aborted) $(".stop").disabled = true;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  write();
});
$(".stop").addEventListener("click", () => {
  writing.abort();
  $(".stop").disabled = true;
  $(".version").textContent = "Stopped.";
});
