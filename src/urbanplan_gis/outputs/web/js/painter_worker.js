// The painter in a worker: it answers one question after the other.

onmessage = async ({ data }) => {
  try {
    const answer = await painter[data.what](data);
    postMessage({ turn: data.turn, answer }, answer instanceof ImageBitmap ? [answer] : []);
  } catch (problem) {
    postMessage({ turn: data.turn, problem: String(problem) });
  }
};
