{{%AUTOESCAPE context="HTML"}}<!doctype html>
<html lang="{{LANGUAGE}}" dir="{{DIRECTION}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>{{TITLE}} · {{OWNER}}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{{STYLESHEET}}">
{{#HAS_SCRIPT}}<script src="{{SCRIPT}}" defer></script>{{/HAS_SCRIPT}}
</head>
<body class="{{TYPE}}{{#HAS_VIEW}} view-{{VIEW}}{{/HAS_VIEW}}">
<header class="owner">{{#HAS_LOGO}}<img class="logo" src="{{LOGO}}" alt="{{OWNER}}">{{/HAS_LOGO}}{{#HAS_NO_LOGO}}<span class="sign" aria-hidden="true">{{OWNER_INITIAL}}</span><span class="owner-name">{{OWNER}}</span>{{/HAS_NO_LOGO}}</header>
<main class="card">
{{#PARTY}}<div class="party">
<span class="avatar" aria-hidden="true">{{PARTY_INITIAL}}</span>
<p class="party-name"><strong><bdi>{{PARTY_NAME}}</bdi></strong>{{#PARTY_HAS_HOST}}<bdi class="host" dir="ltr">{{PARTY_HOST}}</bdi>{{/PARTY_HAS_HOST}}</p>
</div>{{/PARTY}}
<h1>{{TITLE}}</h1>
{{#HAS_TEXT}}<p class="lead">{{TEXT}}</p>{{/HAS_TEXT}}
{{#HAS_ACCOUNT}}<p class="account">{{ACCOUNT}}</p>{{/HAS_ACCOUNT}}
{{#ERROR_PAGE}}<div id="error" class="details">
{{#PROBLEM_HAS_TEXT}}<p>{{PROBLEM_TEXT}}</p>{{/PROBLEM_HAS_TEXT}}
<code dir="ltr">{{PROBLEM_TYPE}}</code>
</div>{{/ERROR_PAGE}}
{{#FORM_ERROR}}<div id="problem" class="alert" role="alert" data-type="{{PROBLEM_TYPE}}">{{#PROBLEM_HAS_TEXT}}<p>{{PROBLEM_TEXT}}</p>{{/PROBLEM_HAS_TEXT}}</div>{{/FORM_ERROR}}
{{#SCRIPT_NEEDED}}<noscript><p class="message warn">{{SCRIPT_NEEDED_TEXT}}</p></noscript>{{/SCRIPT_NEEDED}}
{{#PICTURE}}<p class="picture"><img src="data:image/{{PICTURE_DATA}}" alt="{{PICTURE_TITLE}}"></p>{{/PICTURE}}
{{#MESSAGE}}{{#MESSAGE_HEADING}}<h2>{{MESSAGE_TEXT}}</h2>{{/MESSAGE_HEADING}}{{#MESSAGE_CODE}}<p class="user-code" dir="ltr">{{MESSAGE_TEXT}}</p>{{/MESSAGE_CODE}}{{#MESSAGE_PLAIN}}<p class="message {{MESSAGE_KIND}}"><bdi>{{MESSAGE_TEXT}}</bdi></p>{{/MESSAGE_PLAIN}}
{{/MESSAGE}}
{{#GROUP}}<section class="group {{GROUP_NAME}}" aria-labelledby="{{GROUP_ID}}">
<h2 id="{{GROUP_ID}}">{{GROUP_TITLE}}</h2>
{{#EMPTY}}<p class="empty">{{EMPTY_TEXT}}</p>{{/EMPTY}}
{{#ITEMS}}<ul>
{{#ITEM}}<li><div class="item"><span class="item-title"><bdi>{{ITEM_TITLE}}</bdi></span>{{#ITEM_HAS_TEXT}}<span class="note"><bdi>{{ITEM_TEXT}}</bdi></span>{{/ITEM_HAS_TEXT}}</div>{{#ITEM_ACTIONS}}<div class="item-actions">{{#ACTION}}{{#FOLDED}}<details class="folded"><summary>{{FOLD_TITLE}}<span class="unseen">: {{FOLD_OWNER}}</span></summary>{{/FOLDED}}{{>FORM}}{{#FOLDED}}</details>{{/FOLDED}}{{/ACTION}}</div>{{/ITEM_ACTIONS}}</li>
{{/ITEM}}</ul>{{/ITEMS}}
</section>{{/GROUP}}
{{#BLOCK}}{{#CHOICES}}<ul class="choices">
{{#CHOICE}}<li>{{>FORM}}</li>
{{/CHOICE}}</ul>{{/CHOICES}}{{#ACTION}}{{>FORM}}{{/ACTION}}{{/BLOCK}}
{{#LINK}}<p class="link">{{#LINK_PATH}}<a href="{{LINK_HREF}}">{{LINK_TITLE}}</a>{{/LINK_PATH}}{{#LINK_WEB}}<a href="https:{{LINK_REST}}">{{LINK_TITLE}}</a>{{/LINK_WEB}}{{#LINK_OTP}}<a href="otpauth:{{LINK_REST}}">{{LINK_TITLE}}</a>{{/LINK_OTP}}</p>{{/LINK}}
</main>
<footer><p>{{NOTICE}}</p>
{{>LANGUAGES}}</footer>
</body>
</html>
