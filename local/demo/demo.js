// Who plays is a cookie, so that another window can be another player.
document.addEventListener('click', (event) => {
  const player = event.target.closest?.('[data-player]')?.dataset.player;
  if (!player) return;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
  document.cookie = `player=${player}; path=/; SameSite=Strict`;
  location.reload();
});

document.addEventListener('submit', async (event) => {
  const form = event.target.closest('form.flag');
  if (!form) return;
  event.preventDefault();
  const output = form.querySelector('output');
  const response = await fetch('/submit', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ challengeId: form.dataset.challenge, flag: form.elements.flag.value }),
  });
  output.textContent = (await response.json()).message;
});
