// Light or dark: as the system is set, until the reader says otherwise. The pages beside the map are told by a cookie.
const KEY = 'geoservice.theme';
const PAPER = {light: '#fbfaf7', dark: '#1f2229'};
const night = window.matchMedia('(prefers-color-scheme: dark)');
const ofSystem = () => (night.matches ? 'dark' : 'light');

export const theme = () => localStorage.getItem(KEY) ?? ofSystem();

/** Dresses the page, now and whenever the system changes. */
export function beginTheme() {
  dress();
  night.addEventListener('change', dress);
}

/** Changes to the other one. What the system is set to anyway is no choice, and will follow it. */
export function switchTheme() {
  const other = theme() === 'dark' ? 'light' : 'dark';
  if (other === ofSystem()) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, other);
  dress();
}

function dress() {
  document.documentElement.dataset.theme = theme();
  document.querySelector('meta[name=theme-color]').content = PAPER[theme()];
  const chosen = localStorage.getItem(KEY);
  document.cookie = `theme=${chosen ?? ''}; path=/; SameSite=Lax; max-age=${chosen ? 31536000 : 0}`;
}
