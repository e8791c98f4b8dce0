{{%AUTOESCAPE context="HTML"}}<form class="{{RANK}}{{#DANGEROUS}} dangerous{{/DANGEROUS}}" method="{{METHOD}}" action="{{HREF}}"{{#OPERATION}} hidden data-operation="{{OPERATION_NAME}}" data-arguments="{{OPERATION_ARGUMENTS}}" data-failed="{{OPERATION_FAILED}}" data-known="{{OPERATION_KNOWN}}" data-unsupported="{{OPERATION_UNSUPPORTED}}"{{/OPERATION}}{{#POLL}} data-interval="{{INTERVAL}}"{{/POLL}}>
{{#FIELD}}<div class="field">
{{#INPUT}}<label for="{{ID}}">{{LABEL}}</label>
{{#IS_PASSWORD}}<div class="secret">{{/IS_PASSWORD}}<input id="{{ID}}" name="{{NAME}}" type="{{TYPE}}" value="{{VALUE}}"{{#HAS_INPUTMODE}} inputmode="{{INPUTMODE}}"{{/HAS_INPUTMODE}}{{#HAS_DIRECTION}} dir="{{FIELD_DIRECTION}}"{{/HAS_DIRECTION}}{{#HAS_AUTOCOMPLETE}} autocomplete="{{AUTOCOMPLETE}}"{{/HAS_AUTOCOMPLETE}}{{#HAS_MIN_LENGTH}} minlength="{{MIN_LENGTH}}"{{/HAS_MIN_LENGTH}}{{#HAS_MAX_LENGTH}} maxlength="{{MAX_LENGTH}}"{{/HAS_MAX_LENGTH}}{{#HAS_PLACEHOLDER}} placeholder="{{PLACEHOLDER}}"{{/HAS_PLACEHOLDER}}{{#LITERAL_TEXT}} autocapitalize="none" autocorrect="off" spellcheck="false"{{/LITERAL_TEXT}}{{#IS_PASSWORD}} data-show="{{SHOW_PASSWORD}}" data-hide="{{HIDE_PASSWORD}}"{{/IS_PASSWORD}}{{#REQUIRED}} required{{/REQUIRED}}{{#READONLY}} readonly{{/READONLY}}{{#INVALID}} aria-invalid="true"{{/INVALID}}{{#DESCRIBED}} aria-describedby="{{DESCRIBED_BY}}"{{/DESCRIBED}}{{#FOCUS}} autofocus{{/FOCUS}}>{{#IS_PASSWORD}}</div>{{/IS_PASSWORD}}{{/INPUT}}
{{#CHECKBOX}}<label class="check" for="{{ID}}"><input id="{{ID}}" name="{{NAME}}" type="checkbox" value="{{VALUE}}"{{#CHECKED}} checked{{/CHECKED}}{{#READONLY}} disabled{{/READONLY}}{{#REQUIRED}} required{{/REQUIRED}}{{#INVALID}} aria-invalid="true"{{/INVALID}}{{#DESCRIBED}} aria-describedby="{{DESCRIBED_BY}}"{{/DESCRIBED}}><span>{{LABEL}}</span></label>{{/CHECKBOX}}
{{#SELECT}}<label for="{{ID}}">{{LABEL}}</label>
<select id="{{ID}}" name="{{NAME}}"{{#HAS_AUTOCOMPLETE}} autocomplete="{{AUTOCOMPLETE}}"{{/HAS_AUTOCOMPLETE}}{{#READONLY}} disabled{{/READONLY}}{{#REQUIRED}} required{{/REQUIRED}}{{#INVALID}} aria-invalid="true"{{/INVALID}}{{#DESCRIBED}} aria-describedby="{{DESCRIBED_BY}}"{{/DESCRIBED}}>
{{#OPTION}}<option value="{{OPTION_VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{OPTION_LABEL}}</option>
{{/OPTION}}</select>{{/SELECT}}
{{#HAS_HELP}}<p class="help" id="{{HELP_ID}}">{{HELP}}</p>{{/HAS_HELP}}
</div>
{{/FIELD}}
{{#HIDDEN}}<input type="hidden" name="{{NAME}}" value="{{VALUE}}">
{{/HIDDEN}}
{{#CONTEXT}}<input type="hidden" name="{{NAME}}" value="" data-context>
{{/CONTEXT}}
{{#BUTTON}}{{#NOTED}}<p class="note" id="{{NOTE_ID}}">{{NOTE}}</p>{{/NOTED}}<button id="{{BUTTON_ID}}" type="submit"{{#NOTED}} aria-describedby="{{NOTE_ID}}"{{/NOTED}}>{{BUTTON_TITLE}}{{#HAS_OWNER}}<span class="unseen">: {{OWNER_TITLE}}</span>{{/HAS_OWNER}}</button>{{/BUTTON}}
{{#CHOICE_BUTTON}}<button id="{{BUTTON_ID}}" type="submit"><span class="choice-title"><bdi>{{BUTTON_TITLE}}</bdi></span>{{#NOTED}}<span class="note"><bdi>{{NOTE}}</bdi></span>{{/NOTED}}</button>{{/CHOICE_BUTTON}}
</form>
