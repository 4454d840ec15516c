// What is dropped on the page: files, and all that folders hold, however deep. A browser gives a folder as a file nobody can read.

/** Returns the files of a drop, and the name it goes by: the first folder's, else the first file's. To be called within the event. */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const name = (entries.find((entry) => entry.isDirectory) ?? entries[0])?.name;
  return {files: (await Promise.all(entries.map(filesOf))).flat(), name};
}

async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const reader = entry.createReader();
  const inside = [];
  // A reader tells some hundred entries at a time, and at the end none.
  for (let some = [null]; some.length; inside.push(...some)) some = await new Promise((done, failed) => reader.readEntries(done, failed));
  return (await Promise.all(inside.map(filesOf))).flat();
}
