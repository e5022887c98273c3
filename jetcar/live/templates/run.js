"use strict";
// Asks every other second whether the run has written something, and shows that.

const PAUSE = 2000; // milliseconds
const standing = document.getElementById("standing");
const part = document.getElementById("part");
let key = document.body.dataset.key;

function say(text, isBad) {
  if (standing.textContent !== text) standing.textContent = text;
  standing.classList.toggle("bad", isBad);
}

// What a person has opened stays open, and a log stays where it was scrolled to.
function replace(html) {
  const open = [...part.querySelectorAll("details")].map((one) => one.open);
  const before = part.querySelector(".log");
  const isAtEnd = !before || before.scrollTop + before.clientHeight >= before.scrollHeight - 4;
  const top = before ? before.scrollTop : 0;
  part.innerHTML = html;
  part.querySelectorAll("details").forEach((one, i) => { one.open = open[i] || false; });
  const log = part.querySelector(".log");
  if (log) log.scrollTop = isAtEnd ? log.scrollHeight : top;
}

async function look() {
  try {
    const answer = await fetch(`part?seen=${key}`);
    if (answer.status === 200) {
      replace(await answer.text());
      key = answer.headers.get("X-Key");
    } else if (answer.status !== 204) {
      throw new Error(answer.statusText);
    }
    say("as the run writes it", false);
  } catch {
    say("the program has ended; this page goes on when it is started again", true);
  }
  setTimeout(look, PAUSE);
}

const log = part.querySelector(".log");
if (log) log.scrollTop = log.scrollHeight;
document.body.dataset.ready = "";
setTimeout(look, PAUSE);
