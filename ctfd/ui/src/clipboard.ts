/** Puts a text into the clipboard by way of a selection, which works on plain http where the clipboard API does not. */
function copyBySelection(text: string, near: Element): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.setAttribute('aria-hidden', 'true');
  field.style.position = 'fixed';
  field.style.opacity = '0';
  // Beside the button, since a modal takes the focus back from anything outside of it.
  near.after(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done;
}

async function copyByApi(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Refused by a permission or a frame: the selection may still be allowed.
    return false;
  }
}

/** False when the browser allows neither way. The focus returns to where it was. */
export async function copy(text: string, button: HTMLElement): Promise<boolean> {
  if (window.isSecureContext && (await copyByApi(text))) return true;
  const done = copyBySelection(text, button);
  button.focus();
  return done;
}
