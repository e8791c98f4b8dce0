-- Asks Signet about a call and does what it says: `http-request lua.signet_check URL`, URL being that of /gateway/check/NAME with
-- the contract forward_auth. Only 200 lets a call pass; then the fields that Signet gave take the place of the client's. Any other
-- answer goes to the client as it is, and no answer is 503.

local TIMEOUT_MS = 5000

-- What an API may learn from Signet only. Compared in lower case and with hyphens, since some servers take "_" for "-".
local GUARDED = { ["authorization"] = true, ["client-cert"] = true, ["client-cert-chain"] = true, ["client-dpop-jkt"] = true,
                  ["dpop"] = true }
-- What Signet has to see of the client.
local SHOWN = { "authorization", "dpop", "client-cert" }
-- What a client has to see of a refusal.
local PASSED_ON = { "content-type", "cache-control", "www-authenticate", "dpop-nonce", "retry-after" }

-- Lists of HAProxy begin at 0, those of Lua at 1.
local function values_of(list)
  local values = {}
  if list == nil then return values end
  for index = 0, #list do
    if list[index] ~= nil then values[#values + 1] = list[index] end
  end
  return values
end

local function refuse(txn, status, fields, body)
  local reply = txn:reply { status = status }
  for name, value in pairs(fields) do reply:add_header(name, value) end
  reply:set_body(body)
  txn:done(reply)
end

local function question_about(txn, received)
  local fields = {
    ["x-forwarded-method"] = { txn.sf:method() },
    ["x-forwarded-uri"] = { txn.sf:pathq() },
    ["x-forwarded-proto"] = { txn.sf:ssl_fc() == "1" and "https" or "http" },
    ["x-forwarded-host"] = values_of(received["host"]),
    ["x-forwarded-for"] = { txn.sf:src() },
  }
  for _, name in ipairs(SHOWN) do
    local values = values_of(received[name])
    if #values > 0 then fields[name] = values end
  end
  return fields
end

core.register_action("signet_check", { "http-req" }, function(txn, url)
  local received = txn.http:req_get_headers()
  local answer = core.httpclient():get { url = url, headers = question_about(txn, received), timeout = TIMEOUT_MS }
  if answer == nil or answer.status == nil or answer.status == 0 then
    return refuse(txn, 503, { ["content-type"] = "application/problem+json", ["cache-control"] = "no-store" },
                  '{"type":"about:blank","title":"Service Unavailable","status":503}')
  end
  local given = answer.headers or {}
  if answer.status ~= 200 then
    local fields = {}
    for _, name in ipairs(PASSED_ON) do
      local value = values_of(given[name])[1]
      if value ~= nil then fields[name] = value end
    end
    return refuse(txn, answer.status, fields, answer.body or "")
  end
  for name, _ in pairs(received) do
    if GUARDED[string.gsub(string.lower(name), "_", "-")] then txn.http:req_del_header(name) end
  end
  for name, _ in pairs(GUARDED) do
    local value = values_of(given[name])[1]
    if value ~= nil then txn.http:req_set_header(name, value) end
  end
  local nonce = values_of(given["dpop-nonce"])[1]
  if nonce ~= nil then txn:set_var("txn.signet_nonce", nonce) end
end, 1)
