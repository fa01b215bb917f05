"use strict";
// The theme a person chose last, before anything is painted. Without a choice the system's holds.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* A page opened from a file may have no storage. */ }
