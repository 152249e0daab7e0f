const config = JSON.parse(document.getElementById("config").textContent);
const element = (id) => document.getElementById(id);
let idToken = null;

// The user pool

async function cognito(action, request) {
  const response = await fetch(config.cognitoEndpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `AWSCognitoIdentityProviderService.${action}`,
    },
    body: JSON.stringify({ ClientId: config.clientId, ...request }),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const type = (answer.__type || "").split("#").pop();
    throw Object.assign(new Error(answer.message || `The user pool answered ${response.status}.`), { type });
  }
  return answer;
}

async function register({ username, password, ...attributes }) {
  await cognito("SignUp", {
    Username: username,
    Password: password,
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
  });
  show("confirm", username);
}

async function confirm({ username, code }) {
  await cognito("ConfirmSignUp", { Username: username, ConfirmationCode: code });
  show("signIn", username);
}

async function signIn({ username, password }) {
  const srp = Srp.start();
  const challenge = await cognito("InitiateAuth", {
    AuthFlow: "USER_SRP_AUTH",
    AuthParameters: { USERNAME: username, SRP_A: srp.publicNumber },
  });
  const answer = await cognito("RespondToAuthChallenge", {
    ChallengeName: challenge.ChallengeName,
    Session: challenge.Session,
    ChallengeResponses: await srp.answer(challenge.ChallengeParameters, { pool: config.userPoolId, password }),
  });
  if (!answer.AuthenticationResult) throw new Error(`This page cannot answer ${answer.ChallengeName}.`);
  showCustomer(username, answer.AuthenticationResult.IdToken);
}

// The restaurants

async function post(url, body) {
  if (!idToken) {
    show("signIn");
    throw new Error("Please sign in first.");
  }
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: idToken },
    body: JSON.stringify(body),
  });
  if (response.status === 401) {
    showGuest();
    throw new Error("Your session has ended. Please sign in again.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.message || `The service answered ${response.status}.`);
  return answer;
}

async function search({ theme }) {
  const found = await post(config.searchUrl, { theme });
  element("restaurantsUl").replaceChildren(...found.map(restaurantItem));
  say(`${found.length} found for “${theme}”.`);
}

async function order(name) {
  const { orderId } = await post(config.ordersUrl, { restaurantName: name });
  element("message").dataset.orderId = orderId;
  say(`Your order at ${name} has been placed.`);
}

function restaurantItem({ name, image }) {
  const label = Object.assign(document.createElement("span"), { textContent: name });
  const picture = Object.assign(document.createElement("img"), { src: image, alt: "" });
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.dataset.name = name;
  button.append(picture, label);
  const item = Object.assign(document.createElement("li"), { className: "restaurant" });
  item.append(button);
  return item;
}

// What the customer sees

function say(text) {
  element("message").textContent = text;
}

function show(id, username = "") {
  document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  element(id).showModal();
  if (username) element(id).querySelector("[name=username]").value = username;
}

function showCustomer(name, token) {
  idToken = token;
  element("customerName").textContent = name;
  element("guest").hidden = true;
  element("customer").hidden = false;
  say(`Welcome, ${name}.`);
}

function showGuest() {
  idToken = null;
  element("guest").hidden = false;
  element("customer").hidden = true;
}

function submits(dialogId, action) {
  const dialog = element(dialogId);
  const form = dialog.querySelector("form");
  const error = form.querySelector(".error");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      await action(Object.fromEntries(new FormData(form)));
      form.reset();
      dialog.close();
    } catch (failure) {
      if (failure.type === "UserNotConfirmedException") show("confirm", form.elements.username.value);
      else error.textContent = failure.message;
    }
  });
}

submits("register", register);
submits("confirm", confirm);
submits("signIn", signIn);

element("search").addEventListener("submit", (event) => {
  event.preventDefault();
  search(Object.fromEntries(new FormData(event.target))).catch((failure) => say(failure.message));
});

element("restaurantsUl").addEventListener("click", (event) => {
  const button = event.target.closest("button[data-name]");
  if (button) order(button.dataset.name).catch((failure) => say(failure.message));
});

element("signOut").addEventListener("click", () => {
  showGuest();
  say("You have signed out.");
});

document.querySelectorAll("[data-opens]").forEach((button) => {
  button.addEventListener("click", () => show(button.dataset.opens));
});

document.querySelectorAll("[data-closes]").forEach((button) => {
  button.addEventListener("click", () => button.closest("dialog").close());
});
