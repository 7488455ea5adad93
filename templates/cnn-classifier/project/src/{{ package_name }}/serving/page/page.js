// The page: takes a drawing or an image, asks what is in it, shows how sure the answer is. No library, no build step.
// Text from the service is only ever set as text, never as HTML.

const $ = (selector, inside = document) => inside.querySelector(selector);
const board = $(".board canvas");
const ink = board.getContext("2d", { willReadFrequently: true });
const pen = { x: board.width / 2, y: board.height / 2, down: false };
const most = 10; // so many classes are shown
const step = 8; // so far an arrow key moves the pen
let model = {}; // what the service says about it
let asking = new AbortController(); // the question under way: the next one makes its answer worthless

ink.lineWidth = 22; // about as thick, for the height of the board, as the strokes that the network learned from
ink.lineCap = ink.lineJoin = "round";
ink.strokeStyle = "#fff";

/** Draw from where the pen is to another place; with no way between them it leaves a dot. */
function draw(x, y) {
  ink.beginPath();
  ink.moveTo(pen.x, pen.y);
  ink.lineTo(x + 0.01, y); // a line of no length at all would leave nothing, not even a dot
  ink.stroke();
  $(".invitation").hidden = true;
}

/** Say where on the board a pointer is, in its own pixels. */
function place(event) {
  const { left, top, width, height } = board.getBoundingClientRect();
  return [((event.clientX - left) * board.width) / width, ((event.clientY - top) * board.height) / height];
}

/** Find the ink: the box around it and its centre of mass; nothing where the board is empty. */
function extent() {
  const { width, height } = board;
  const alpha = ink.getImageData(0, 0, width, height).data;
  let [left, top, right, bottom, mass, x, y] = [width, height, 0, 0, 0, 0, 0];
  for (let i = 3; i < alpha.length; i += 4) {
    if (!alpha[i]) continue;
    const column = (i >> 2) % width;
    const row = Math.floor((i >> 2) / width);
    [left, right] = [Math.min(left, column), Math.max(right, column + 1)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
    mass += alpha[i];
    x += alpha[i] * (column + 0.5);
    y += alpha[i] * (row + 0.5);
  }
  return mass ? { left, top, width: right - left, height: bottom - top, x: x / mass, y: y / mass } : null;
}

/** Bring the drawing into the form in which the network learned digits: 20 of 28 pixels, its mass in the middle. */
function normal(ink) {
  const small = $(".seen canvas");
  small.width = small.height = model.size;
  const context = small.getContext("2d");
  context.fillStyle = "#000";
  context.fillRect(0, 0, model.size, model.size);
  context.imageSmoothingQuality = "high";
  const scale = ((20 / 28) * model.size) / Math.max(ink.width, ink.height);
  const [x, y] = [model.size / 2 - (ink.x - ink.left) * scale, model.size / 2 - (ink.y - ink.top) * scale];
  context.drawImage(board, ink.left, ink.top, ink.width, ink.height, x, y, ink.width * scale, ink.height * scale);
  return new Promise((resolve) => small.toBlob(resolve, "image/png"));
}

/** Ask what is in the drawing. */
async function askDrawing() {
  const found = extent();
  if (!found) return;
  $(".seen").hidden = false;
  await ask(await normal(found));
}

/** Show an image on the board and ask what is in it. */
async function askFile(file) {
  clear();
  $(".invitation").hidden = true;
  $(".picture").src = URL.createObjectURL(file);
  $(".picture").hidden = false;
  await ask(file);
}

/** Send an image to the service, and show the answer or why there is none. */
async function ask(image) {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    if (image.size > model.max_megabytes * 1e6) throw new Error(`An image may have ${model.max_megabytes} megabytes.`);
    const response = await fetch("/predict", { method: "POST", body: image, signal }).catch((error) => {
      throw signal.aborted ? error : new Error("The service cannot be reached. Is it still running?");
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(answer.detail ?? `The service answered with an error (${response.status}).`);
    if (!signal.aborted) show(answer);
  } catch (error) {
    if (!signal.aborted) complain(error.message);
  }
}

/** Show what the model found. */
function show({ label, probabilities, model_version }) {
  const share = probabilities[label];
  $(".problem[role]").hidden = $(".empty").hidden = true;
  $(".found").hidden = false;
  $(".label").textContent = label;
  $(".sure").textContent = share < 0.6 ? `${percent(share)}: it is not sure` : `${percent(share)} sure`;
  const names = model.classes.length > most ? Object.keys(probabilities).slice(0, most) : model.classes;
  $(".shares").replaceChildren(...names.map((name) => row(name, probabilities[name], name === label)));
  $(".version").textContent = `Version ${model_version} of the model`;
  $("[role=status]").textContent = `${label}, ${$(".sure").textContent}`; // what a screen reader says
}

/** Make the line of one class. */
function row(name, share, best) {
  const line = $("#share").content.cloneNode(true).firstElementChild;
  line.classList.toggle("best", best);
  $(".name", line).textContent = name;
  $("i", line).style.setProperty("--share", share);
  $(".percent", line).textContent = percent(share);
  return line;
}

/** Write a share so that only certainty reads as 100 %. */
function percent(share) {
  const digits = share > 0.995 && share < 1 ? 1 : 0;
  return `${Math.min(share * 100, share < 1 ? 99.9 : 100).toFixed(digits)} %`;
}

/** Say what is wrong, in place of an answer. */
function complain(message) {
  $(".found").hidden = $(".empty").hidden = true;
  $(".problem[role]").textContent = message;
  $(".problem[role]").hidden = false;
}

/** Empty the board and forget the answer. */
function clear() {
  asking.abort();
  ink.clearRect(0, 0, board.width, board.height);
  URL.revokeObjectURL($(".picture").src);
  $(".picture").hidden = $(".found").hidden = $(".seen").hidden = $(".problem[role]").hidden = true;
  $(".empty").hidden = $(".invitation").hidden = false;
  $("[role=status]").textContent = "";
  pen.down = false;
  movePen(board.width / 2, board.height / 2);
}

/** Offer what this model can take: what learned from colours is not asked about drawings. */
function invite() {
  const drawn = model.channels === 1;
  board.inert = !drawn;
  $("#keys").hidden = !drawn;
  $(".invitation").textContent = drawn ? "Draw here" : "Drop an image here";
  $(".known").textContent = `The model tells these apart: ${model.classes.join(", ")}.`;
}

/** Put the mark of the keyboard's pen where it is. */
function movePen(x, y) {
  [pen.x, pen.y] = [x, y];
  const mark = $(".pen");
  mark.style.setProperty("--x", x / board.width);
  mark.style.setProperty("--y", y / board.height);
  mark.classList.toggle("down", pen.down);
}

board.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  if (!$(".picture").hidden) clear();
  board.setPointerCapture(event.pointerId);
  pen.down = true;
  movePen(...place(event));
  draw(pen.x, pen.y);
});
board.addEventListener("pointermove", (event) => {
  if (!board.hasPointerCapture(event.pointerId)) return;
  for (const one of event.getCoalescedEvents?.() ?? [event]) {
    const [x, y] = place(one);
    draw(x, y);
    movePen(x, y);
  }
});
board.addEventListener("lostpointercapture", () => {
  pen.down = false;
  movePen(pen.x, pen.y);
  askDrawing();
});
board.addEventListener("focus", () => ($(".pen").hidden = !board.matches(":focus-visible")));
board.addEventListener("blur", () => ($(".pen").hidden = true));
board.addEventListener("keydown", (event) => {
  const [right, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
  if (event.key !== " " && !right && !down) return;
  event.preventDefault();
  if (!$(".picture").hidden) clear();
  $(".pen").hidden = false;
  if (event.key === " ") pen.down = !pen.down;
  const [x, y] = [pen.x + right * step, pen.y + down * step].map((value) => Math.min(Math.max(value, 0), board.width));
  if (pen.down) draw(x, y);
  movePen(x, y);
  if (!pen.down && event.key === " ") askDrawing();
});

$(".clear").addEventListener("click", clear);
$(".choose input").addEventListener("change", ({ target }) => {
  if (target.files.length) askFile(target.files[0]);
  target.value = ""; // so that the same file can be chosen again
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dragging");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("dragging");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dragging");
  if (event.dataTransfer.files.length) askFile(event.dataTransfer.files[0]);
  else complain("That is no file: drop one from your computer.");
});
document.addEventListener("paste", (event) => {
  if (event.clipboardData.files.length) askFile(event.clipboardData.files[0]);
});

try {
  const response = await fetch("/about");
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  model = answer;
  invite();
} catch (error) {
  complain(error.message);
}
