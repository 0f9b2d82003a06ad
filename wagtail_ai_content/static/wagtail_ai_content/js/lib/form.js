/**
 * Wagtail's edit form: its parts by content path, and the controllers that save it.
 */

/** @returns {HTMLFormElement | null} */
export function editForm() {
  return document.querySelector('form[data-edit-form]');
}

/**
 * The bound widget of a field, or the block of a StreamField, at a content path (`body.<block id>.<struct key>`).
 *
 * @param {string} path
 * @throws when there is none
 */
export function partAt(path) {
  const [name, ...rest] = path.split('.');
  let part = window.wagtail.editHandler.getPanelByName(name)?.getBoundWidget();
  rest.forEach((key) => {
    part = part?.children ? part.children.find((child) => child.id === key)?.block : part?.childBlocks?.[key];
  });
  if (!part) throw new Error(`Nothing stands at ${path}`);
  return part.widget ?? part;
}

/**
 * The content path of an element in the form, in parts: field, block ids and struct keys.
 *
 * @param {Element} element
 * @returns {string[]}
 */
export function pathOf(element) {
  const path = [];
  for (let at = element.closest('[data-contentpath]'); at; at = at.parentElement?.closest('[data-contentpath]')) {
    if (at.dataset.contentpath) path.unshift(at.dataset.contentpath);
  }
  return path;
}

/**
 * The element around what stands at a content path, or around as much of it as is there: at last the form.
 *
 * @param {string} path
 */
export function elementAt(path) {
  const form = editForm();
  const [name, ...rest] = path.split('.');
  const panel = window.wagtail.editHandler.getPanelByName(name);
  let element = form.querySelector(`[data-contentpath="${CSS.escape(name)}"]`)
    ?? document.getElementById(`${panel?.prefix}-section`);
  rest.every((key) => {
    const inner = element?.querySelector(`[data-contentpath="${CSS.escape(key)}"]:not([aria-hidden="true"])`);
    element = inner ?? element;
    return Boolean(inner);
  });
  return element ?? form;
}

/** Open whatever hides an element: the tab and the panels that it is in. Wait for it before giving it the focus. */
export async function reveal(element) {
  const tab = element.closest('[role="tabpanel"][hidden]');
  if (tab) document.querySelector(`[role="tab"][href="#${CSS.escape(tab.id)}"], [role="tab"][aria-controls="${CSS.escape(tab.id)}"]`)?.click();
  element.dispatchEvent(new Event('beforematch', { bubbles: true }));
  if (tab) await new Promise((resolve) => { setTimeout(resolve); }); // the tab hears of it a moment later
}

/** What the form would send, without files and the token. */
export function sendable(form) {
  const data = new FormData(form);
  [...data].forEach(([key, value]) => {
    if (value instanceof File || key === 'csrfmiddlewaretoken') data.delete(key);
  });
  return data;
}

/** The same as the server takes it beside other values. */
export function formText(form = editForm()) {
  return new URLSearchParams(sendable(form)).toString();
}

/**
 * Everything that is in the form now, to be compared later. Rich text reaches its input a moment after it was typed, so
 * that its editor is looked at as well.
 */
export function fingerprint(form) {
  return {
    sent: formText(form),
    written: richInputs(form).map((input) => input.draftailEditor.getEditorState().getCurrentContent()),
  };
}

/** The inputs of all rich texts, each with its `draftailEditor`. */
export function richInputs(form) {
  return [...form.querySelectorAll('input[type="hidden"]')].filter((input) => input.draftailEditor);
}

export function isSame(one, other) {
  return one.sent === other.sent
    && one.written.length === other.written.length
    && one.written.every((content, index) => content === other.written[index]);
}

function controllerOf(element, identifier) {
  return element && window.wagtail.app.getControllerForElementAndIdentifier(element, identifier);
}

export function autosaveOf(form) {
  return controllerOf(form, 'w-autosave');
}

export function unsavedOf(form) {
  return controllerOf(form, 'w-unsaved');
}

export function sessionElement() {
  return document.querySelector('[data-controller~="w-session"]');
}

export function sessionOf() {
  return controllerOf(sessionElement(), 'w-session');
}

/**
 * Save what was put into the form, once it is in its inputs, and whatever is typed meanwhile: Wagtail takes for saved what
 * comes into the form while a save is under way.
 */
export async function saveSoon(form) {
  const autosave = autosaveOf(form);
  let sent;
  await settled();
  while (autosave?.activeValue && !(sent && isSame(sent, fingerprint(form)))) {
    sent = fingerprint(form);
    autosave.save(new Event('wac:changed'));
    while (autosave.submitPromise) await autosave.submitPromise;
    await settled();
  }
}

/** Rich text reaches its input a moment after it was changed. */
export function settled() {
  return new Promise((resolve) => { setTimeout(resolve, 350); });
}

/**
 * Which object is open, from the address under which Wagtail keeps the editing session.
 *
 * @returns {{APP: string, MODEL: string, OBJECT: string} | null}
 */
export function openObject() {
  const address = sessionElement()?.dataset.wSwapSrcValue ?? '';
  const found = /\/ping\/([^/]+)\/([^/]+)\/([^/]+)\/\d+\/$/.exec(address);
  return found && { APP: found[1], MODEL: found[2], OBJECT: found[3] };
}

/**
 * Let the form's next save go on top of a revision, as a new one: autosave goes on, and nobody is warned of it.
 *
 * @param {HTMLFormElement} form
 * @param {{revision_id: number, created_at: string}} base
 */
export function rebase(form, base) {
  hidden(form, 'loaded_revision_id').value = base.revision_id;
  hidden(form, 'loaded_revision_created_at').value = base.created_at;
  const autosave = autosaveOf(form);
  if (autosave) {
    autosave.revisionIdValue = 0;
    autosave.activeValue = true;
  }
  const session = sessionOf();
  if (!session) return;
  if (session.hasRevisionIdTarget) session.revisionIdTarget.value = base.revision_id;
  if (session.hasRevisionCreatedAtTarget) session.revisionCreatedAtTarget.value = base.created_at;
  if (session.interceptValue === 'conflict') session.interceptValue = '';
  session.ping();
}

/** The hidden input of that name, made where there is none: a page that had no revision comes without some of Wagtail's. */
export function hidden(form, name) {
  const found = form.elements.namedItem(name);
  if (found) return found;
  const input = Object.assign(document.createElement('input'), { type: 'hidden', name });
  form.prepend(input);
  return input;
}
