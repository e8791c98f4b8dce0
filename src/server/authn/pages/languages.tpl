{{%AUTOESCAPE context="HTML"}}<form class="languages" method="post" action="{{LANGUAGES_HREF}}" aria-label="{{LANGUAGES_TITLE}}">
<input type="hidden" name="action" value="language">
{{#HIDDEN}}<input type="hidden" name="{{NAME}}" value="{{VALUE}}">
{{/HIDDEN}}{{#LANGUAGE_CHOICE}}<button name="language" value="{{LANGUAGE_TAG}}" lang="{{LANGUAGE_TAG}}"{{#IS_CHOSEN}} aria-current="true"{{/IS_CHOSEN}}>{{LANGUAGE_NAME}}</button>
{{/LANGUAGE_CHOICE}}</form>
