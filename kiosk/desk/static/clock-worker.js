// Timers of a hidden page are held back for up to a minute; those of a worker are not.

setInterval(() => postMessage(0), 500);

onmessage = ({ data }) => {
  setTimeout(() => postMessage(data.id), data.ms);
};
