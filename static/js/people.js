// A button that copies what a field holds: <button data-copy="id of the field">.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  const field = button && document.getElementById(button.dataset.copy);
  if (!field) return;
  field.select();
  const word = button.querySelector("span") ?? button;
  try {
    await navigator.clipboard.writeText(field.value);
    word.textContent = "Copied";
  } catch {
    // No clipboard without HTTPS: the text is selected, the keys do the rest.
    word.textContent = "Press Ctrl+C";
  }
});
