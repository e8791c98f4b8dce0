{{%AUTOESCAPE context="HTML"}}<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>{{TITLE}} · {{OWNER}}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{{STYLESHEET}}">
</head>
<body class="{{TYPE}}">
<header class="owner"><span class="sign" aria-hidden="true">{{OWNER_INITIAL}}</span><span class="owner-name">{{OWNER}}</span></header>
<main class="card">
{{#PARTY}}<div class="party">
<span class="avatar" aria-hidden="true">{{PARTY_INITIAL}}</span>
<p class="party-name"><strong>{{PARTY_NAME}}</strong>{{#PARTY_HAS_HOST}}<span class="host">{{PARTY_HOST}}</span>{{/PARTY_HAS_HOST}}</p>
</div>{{/PARTY}}
<h1>{{TITLE}}</h1>
{{#HAS_TEXT}}<p class="lead">{{TEXT}}</p>{{/HAS_TEXT}}
{{#HAS_ACCOUNT}}<p class="account">{{ACCOUNT}}</p>{{/HAS_ACCOUNT}}
{{#ERROR_PAGE}}<div id="error" class="details">
{{#PROBLEM_HAS_TEXT}}<p>{{PROBLEM_TEXT}}</p>{{/PROBLEM_HAS_TEXT}}
<code>{{PROBLEM_TYPE}}</code>
</div>{{/ERROR_PAGE}}
{{#FORM_ERROR}}<div id="problem" class="alert" role="alert" data-type="{{PROBLEM_TYPE}}">{{#PROBLEM_HAS_TEXT}}<p>{{PROBLEM_TEXT}}</p>{{/PROBLEM_HAS_TEXT}}</div>{{/FORM_ERROR}}
{{#GROUP}}<section class="group {{GROUP_NAME}}" aria-labelledby="group-{{GROUP_NAME}}">
<h2 id="group-{{GROUP_NAME}}">{{GROUP_TITLE}}</h2>
<ul>
{{#ITEM}}<li><span class="item">{{ITEM_TITLE}}</span>{{#ITEM_HAS_TEXT}}<span class="note">{{ITEM_TEXT}}</span>{{/ITEM_HAS_TEXT}}
{{#ITEM_ACTION}}<form method="{{METHOD}}" action="{{HREF}}">
{{#FIELD}}<label>{{LABEL}} <input name="{{NAME}}" type="{{TYPE}}" value="{{VALUE}}"></label>
{{/FIELD}}
{{#HIDDEN}}<input type="hidden" name="{{NAME}}" value="{{VALUE}}">
{{/HIDDEN}}
<button type="submit">{{ACTION_TITLE}}</button>
</form>{{/ITEM_ACTION}}</li>
{{/ITEM}}</ul>
{{#GROUP_EMPTY}}<p class="note">{{EMPTY_TEXT}}</p>{{/GROUP_EMPTY}}
</section>{{/GROUP}}
{{#MESSAGE}}<p class="message {{MESSAGE_KIND}}">{{MESSAGE_TEXT}}</p>
{{/MESSAGE}}
{{#ACTION}}<form class="{{RANK}}" method="{{METHOD}}" action="{{HREF}}">
{{#FIELD}}<div class="field">
<label for="{{NAME}}">{{LABEL}}</label>
<input id="{{NAME}}" name="{{NAME}}" type="{{TYPE}}" value="{{VALUE}}"{{#HAS_AUTOCOMPLETE}} autocomplete="{{AUTOCOMPLETE}}"{{/HAS_AUTOCOMPLETE}}{{#HAS_MAX_LENGTH}} maxlength="{{MAX_LENGTH}}"{{/HAS_MAX_LENGTH}}{{#LITERAL_TEXT}} autocapitalize="none" autocorrect="off" spellcheck="false"{{/LITERAL_TEXT}}{{#REQUIRED}} required{{/REQUIRED}}{{#INVALID}} aria-invalid="true" aria-describedby="problem"{{/INVALID}}{{#FOCUS}} autofocus{{/FOCUS}}>
</div>
{{/FIELD}}
{{#HIDDEN}}<input type="hidden" name="{{NAME}}" value="{{VALUE}}">
{{/HIDDEN}}
<button id="{{ACTION_NAME}}" type="submit">{{ACTION_TITLE}}</button>
</form>{{/ACTION}}
{{#LINK}}<p class="link"><a href="{{LINK_HREF}}">{{LINK_TITLE}}</a></p>{{/LINK}}
</main>
<footer><p>{{NOTICE}}</p></footer>
</body>
</html>
